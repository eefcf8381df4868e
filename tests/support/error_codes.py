"""Finds every stable code that api, ledger and signing raise, by reading their source.

A code is a text like `area.reason` that is handed to one of the error classes, to a function that hands it on as `code`, or
stands in a table whose name says that it holds codes. Findings of the audit and answers of the verifier are not errors.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support.shared_data import REPOSITORY

CODE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*|internal")
NOT_CODES = {
    "agreement.application",
    "agreement.send",
    "authority.limit",
    "authority.products",
    "lender.address",
    "lender.identifier",
    "lender.name",
    "limit.minor",
    "subject.n",
    "subject.prev",
    "template.tag",
    "terms.fees",
    "terms.guarantee",
    "terms.purpose",
    "terms.repayment",
}  # fields, handed on beside a code
_FAMILIES = {"LedgerError", "SigningError"}
_TABLES = {"REASONS", "_CAUSES", "_HTTP_CODES"}
_TABLE_FUNCTIONS = {
    "check_binding",
    "_check_binding",
    "_check_authenticator_data",
}  # hold their codes in a table of checks


def raised_codes() -> set[str]:
    """Return every code that the source can raise."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in _sources()]
    classes = _error_classes(trees)
    takers = classes | {"problem"} | _handing_on(trees, classes | {"problem"})
    found = {code for tree in trees for code in _codes_of(tree, takers)}
    return found - NOT_CODES


def _sources() -> Iterator[Path]:
    for package in ("api", "ledger", "signing"):
        yield from sorted((REPOSITORY / package).rglob("*.py"))


def _error_classes(trees: list[ast.Module]) -> set[str]:
    classes = set(_FAMILIES)
    for _ in range(3):  # a family, its kinds, and kinds of those
        classes |= {
            node.name
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and classes & {ast.unparse(base).split(".")[-1] for base in node.bases}
        }
    return classes


def _handing_on(trees: list[ast.Module], takers: set[str]) -> set[str]:
    """Return the functions that hand a parameter named `code` to one of `takers`, directly or through each other."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found: set[str] = set()
    for _ in range(4):
        found |= {function.name for function in functions if _hands_on(function, takers | found)}
    return found


def _hands_on(function: ast.FunctionDef, takers: set[str]) -> bool:
    parameters = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    if "code" not in parameters:
        return False
    return any(
        isinstance(given, ast.Name) and given.id == "code"
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and _name(node) in takers
        for given in _arguments(node)
    )


def _codes_of(tree: ast.Module, takers: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in takers:
            yield from _texts(*_arguments(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_table(node):
            yield from _texts(*ast.walk(node.value))
        elif isinstance(node, ast.FunctionDef) and node.name in _TABLE_FUNCTIONS:
            yield from _texts(*ast.walk(node))


def _is_table(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(
        isinstance(target, ast.Name) and (target.id in _TABLES or target.id.endswith("_CODE")) for target in targets
    )


def _texts(*nodes: ast.AST) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]
