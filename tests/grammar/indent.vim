" Indents the files in $FLOW_FILES anew.
set nocompatible
execute 'set packpath^=' . fnameescape($FLOW_PACKAGES)
filetype plugin indent on
packloadall
for s:file in split($FLOW_FILES, "\n")
  execute 'edit ' . fnameescape(s:file)
  normal! gg=G
  write
endfor
qall!
