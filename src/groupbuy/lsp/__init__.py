"""The language server: what editors ask while rules are being written (`groupbuy lsp`)."""
