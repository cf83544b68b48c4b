" Writes the syntax group of every byte of the files in $FLOW_FILES: a line of group names for each line of a file.
set nocompatible
execute 'set packpath^=' . fnameescape($FLOW_PACKAGES)
filetype plugin indent on
syntax on
packloadall
for s:file in split($FLOW_FILES, "\n")
  execute 'edit ' . fnameescape(s:file)
  let s:lines = ['filetype ' . &filetype . ' ' . &commentstring]
  for s:line in range(1, line('$'))
    let s:groups = map(range(1, strlen(getline(s:line))), {_, at -> synIDattr(synID(s:line, at, 1), 'name')})
    call add(s:lines, join(map(s:groups, {_, name -> name == '' ? '-' : name}), ' '))
  endfor
  call writefile(s:lines, s:file . '.groups')
endfor
qall!
