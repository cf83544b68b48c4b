" Files of the Flower workflow language; x.js.flow is something else.
autocmd BufNewFile,BufRead *.flow if expand('<afile>:t') !~# '\.[cm]\?jsx\?\.flow$' | setlocal filetype=flow | endif
