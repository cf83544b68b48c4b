if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=FlowIndent(v:lnum)
setlocal indentkeys=0{,0},0],0),!^F,o,O
setlocal nolisp nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< smartindent<'

if exists('*FlowIndent')
  finish
endif

" One step deeper after an opening bracket or the quotes of a script, one step back at a closing one; the lines of a
" script stay where they are.
function! FlowIndent(line) abort
  let l:above = prevnonblank(a:line - 1)
  if l:above == 0
    return 0
  endif
  let l:text = substitute(getline(l:above), '\s*#[^"'']*$', '', '')
  let l:quotes = s:Quotes(a:line - 1)
  if l:quotes != ''
    let l:own = getline(a:line)
    if l:own =~# '^\s*' . l:quotes
      return s:IndentOfOpening(a:line - 1, l:quotes)
    endif
    return l:text =~# l:quotes . '\s*$' ? indent(l:above) + shiftwidth() : (l:own =~# '\S' ? indent(a:line) : indent(l:above))
  endif
  let l:indent = indent(l:above)
  if l:text =~# '[{\[(]\s*$'
    let l:indent += shiftwidth()
  endif
  if getline(a:line) =~# '^\s*[}\])]'
    let l:indent -= shiftwidth()
  endif
  return max([l:indent, 0])
endfunction

" The quotes of the text of many lines that is open at the end of a line, or nothing.
function! s:Quotes(line) abort
  let l:open = ''
  for l:number in range(1, a:line)
    let l:text = getline(l:number)
    let l:at = 0
    while 1
      let [l:found, l:start, l:end] = matchstrpos(l:text, l:open == '' ? '"""\|''''''' : l:open, l:at)
      if l:start < 0
        break
      endif
      let l:open = l:open == '' ? l:found : ''
      let l:at = l:end
    endwhile
  endfor
  return l:open
endfunction

function! s:IndentOfOpening(line, quotes) abort
  let l:number = a:line
  while l:number > 1 && getline(l:number) !~# a:quotes
    let l:number -= 1
  endwhile
  return indent(l:number)
endfunction
