"""The compiler: `.flow` text and a catalog of components in, master-table rows and diagnostics out."""
