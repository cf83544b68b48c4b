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

let s:continues = '^\s*\%(->\|=\|by\>\|and\>\|or\>\|??\|[*/+<>]\)'

" One step deeper after an opening bracket or the quotes of a script, and on a line that goes on with a statement; one
" step back at a closing bracket or quotes. The lines of a script stay where they are.
function! FlowIndent(line) abort
  let l:above = prevnonblank(a:line - 1)
  if l:above == 0
    return 0
  endif
  let l:quotes = s:Quotes(a:line - 1)
  if l:quotes !=# ''
    return s:IndentInScript(a:line, l:above, l:quotes)
  endif
  let l:own = getline(a:line)
  let l:indent = indent(s:Start(l:above))
  if l:own =~# s:continues || getline(l:above) =~# '[{\[(]\s*\%(#[^"'']*\)\?$'
    let l:indent += shiftwidth()
  endif
  return max([l:own =~# '^\s*[}\])]' ? l:indent - shiftwidth() : l:indent, 0])
endfunction

" The line where the statement of a line starts.
function! s:Start(line) abort
  let l:line = a:line
  while l:line > 1 && getline(l:line) =~# s:continues
    let l:line = prevnonblank(l:line - 1)
  endwhile
  return l:line
endfunction

function! s:IndentInScript(line, above, quotes) abort
  let l:opening = s:Opening(a:line - 1, a:quotes)
  if getline(a:line) =~# '^\s*' . a:quotes
    return indent(s:Start(l:opening))
  elseif a:above == l:opening
    return indent(s:Start(l:opening)) + shiftwidth()
  endif
  return getline(a:line) =~# '\S' ? indent(a:line) : indent(a:above)
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

function! s:Opening(line, quotes) abort
  let l:number = a:line
  while l:number > 1 && getline(l:number) !~# a:quotes
    let l:number -= 1
  endwhile
  return l:number
endfunction
