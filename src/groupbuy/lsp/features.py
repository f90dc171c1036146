"""The questions of an editor, each answered by a module that knows nothing of the protocol."""

from __future__ import annotations

from lsprotocol import types

from groupbuy.authoring.fmt import formatted
from groupbuy.errors import GroupbuyError, Source
from groupbuy.lsp.complete import Offer, complete
from groupbuy.lsp.document import Document
from groupbuy.lsp.positions import Positions, path_of
from groupbuy.lsp.server import RulesServer
from groupbuy.lsp.symbols import Symbol, symbols
from groupbuy.lsp.tell import define, tell
from groupbuy.rules.project import shown_name

_KINDS = {
    "key": types.CompletionItemKind.Property,
    "entry": types.CompletionItemKind.Reference,
    "word": types.CompletionItemKind.EnumMember,
    "keyword": types.CompletionItemKind.Keyword,
    "function": types.CompletionItemKind.Function,
    "file": types.CompletionItemKind.File,
    "fields": types.CompletionItemKind.Field,
    "tables": types.CompletionItemKind.Struct,
    "settings": types.CompletionItemKind.Constant,
}
_SYMBOLS = {
    "section": types.SymbolKind.Namespace,
    "entry": types.SymbolKind.Class,
    "item": types.SymbolKind.Property,
    "case": types.SymbolKind.Method,
}
_TRIGGERS = [".", '"', "'", "{", "[", " ", "=", "("]


def add_features(server: RulesServer) -> None:
    """Let the server answer."""
    _lifecycle(server)
    _documents(server)
    _questions(server)


def _lifecycle(server: RulesServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.speak(params.locale)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        _watch_files(server)


def _watch_files(server: RulesServer) -> None:
    """Ask the editor to tell of files that others change, if it can."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*.yaml")])
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration("watched_files", method, options)
    server.client_register_capability(types.RegistrationParams([registration]))


def _documents(server: RulesServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.update(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.update(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        server.saved([path] if path is not None else [])

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path_of(change.uri) for change in params.changes]
        server.saved(path for path in paths if path is not None)


def _questions(server: RulesServer) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    async def completion(params: types.CompletionParams) -> types.CompletionList | None:
        asked = await server.asked(params.text_document.uri)
        if asked is None:
            return None
        document, _, known = asked
        line, column = _place(server.positions, document, params.position)
        offers = complete(document, known, line, column)
        items = [_item(offer, server.positions, document, line, column) for offer in offers]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        asked = await server.asked(params.text_document.uri)
        if asked is None:
            return None
        document, folder, known = asked
        line, column = _place(server.positions, document, params.position)
        told = tell(document, known, folder.coverage, line, column)
        if told is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, told.markdown)
        length = told.end - told.start
        return types.Hover(
            content, server.positions.range(document.lines, told.line, told.start, length)
        )

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location] | None:
        asked = await server.asked(params.text_document.uri)
        if asked is None:
            return None
        document, _, known = asked
        line, column = _place(server.positions, document, params.position)
        found = [
            server.positions.place(server.uri(path), at)
            for at in define(document, known, line, column)
            if (path := known.file(at)) is not None
        ]
        return found or None

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        document = server.documents.get(params.text_document.uri)
        if document is None or not document.kind:
            return None
        return [_symbol(each, document, server.positions) for each in symbols(document)]

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        try:
            text = formatted(Source(shown_name(document.path), document.text))
        except GroupbuyError:
            return None  # diagnostics tell what is wrong
        if text == document.text:
            return []
        positions, lines = server.positions, document.lines
        end = positions.position(lines, len(lines), 0)
        return [types.TextEdit(types.Range(types.Position(0, 0), end), text)]


def _place(positions: Positions, document: Document, position: types.Position) -> tuple[int, int]:
    """Line and column in characters; what lies outside the text is moved to its end."""
    lines = document.lines
    if position.line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    return position.line, positions.column(lines[position.line], position.character)


def _item(
    offer: Offer, positions: Positions, document: Document, line: int, column: int
) -> types.CompletionItem:
    start = max(column - offer.typed, 0)
    where = positions.range(document.lines, line, start, column - start)
    called = " ".join(dict.fromkeys((offer.label, *offer.called, offer.title)))
    return types.CompletionItem(
        offer.label,
        label_details=types.CompletionItemLabelDetails(description=offer.title or None),
        kind=_KINDS.get(offer.kind, types.CompletionItemKind.Variable),
        detail=offer.detail or None,
        documentation=offer.means or None,
        sort_text=f"{offer.order}{offer.label}",
        filter_text=called,
        text_edit=types.TextEdit(where, offer.insert),
    )


def _symbol(found: Symbol, document: Document, positions: Positions) -> types.DocumentSymbol:
    key = found.key
    start = positions.position(document.lines, key.line, key.column)
    end = positions.position(document.lines, *key.end)
    name = positions.range(document.lines, key.line, key.column, key.length)
    return types.DocumentSymbol(
        found.name or "?",
        _SYMBOLS[found.kind],
        types.Range(start, max(end, name.end)),
        name,
        children=[_symbol(each, document, positions) for each in found.below],
    )
