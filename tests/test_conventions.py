"""The rules of the house, held by reading the source.

An exception is an entry in a list here, with its reason; adding one is a matter
for review.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from agencies.policy import Permission, Role
from live.kinds import Kind

ROOT = Path(__file__).resolve().parent.parent
APPS = ["agencies", "live", "patrols", "incidents", "intel", "demo"]

# Public functions in actions that record no event, and why.
SILENT = {
    "agencies.actions.accounts.end_sockets": "a log-out changes no row",
    "agencies.actions.accounts.set_password": "a part of other actions; does not save",
    "agencies.actions.clients.create_client": "no audience: told by the server's log",
    "agencies.actions.clients.change_client": "no audience: told by the server's log",
    "agencies.actions.clients.renew_secret": "no audience: told by the server's log",
    "agencies.actions.directory.register_state": "no audience: the server's log",
    "agencies.actions.directory.register_agency": "no audience: the server's log",
    "agencies.actions.directory.change_agency": "no audience: the server's log",
    "agencies.actions.files.keep": "a part of other actions, which tell",
    "agencies.actions.files.view": "the line of custody is the record of it",
    "incidents.actions.mails.claim_mail": "the outbox: told by the escalation's step",
    "incidents.actions.mails.settle_mail": "the outbox: told by the escalation's step",
    "agencies.actions.logs.read_log": "a mark: nobody is told, whoever may finds it",
    "incidents.actions.sightings.note_sighting": "a mark: the owner finds it there",
    "incidents.actions.log.read_log": "a mark: nobody is told, whoever may finds it",
    "patrols.actions.log.read_patrol_log": "a mark: nobody is told, the same",
    "patrols.actions.asking.end_asking": "a part of other actions, which tell",
    "patrols.actions.leads.keep_plan": "told by the patrols whose leads it holds",
    "patrols.actions.crewing.follow_patrol": "a part of other actions, which tell",
    "patrols.actions.remedies.take_remedy": "told by the patrol and roster it changes",
    "incidents.actions.sitrep_runs.follow": "a sign of life",
    "patrols.actions.roster_runs.follow": "a sign of life",
    "patrols.actions.markers.register_marker": "no audience: the server's log",
    "patrols.actions.markers.change_marker": "no audience: the server's log",
    "incidents.actions.types.change_type": "no audience: the server's log",
    "incidents.actions.types.register_type": "no audience: the server's log",
    "patrols.actions.sections.register_section": "no audience: the server's log",
    "patrols.actions.sections.change_section": "no audience: the server's log",
}
# Public functions in actions that have another shape, and why.
ODD = {
    "agencies.actions.accounts.set_password": "a part of other actions; does not save",
    "agencies.actions.accounts.first_administrator": "nobody is there to do it",
    "agencies.actions.releases.carry_over": "a part of other actions, of one row",
    "agencies.actions.releases.withdraw": "a part of other actions, of one row",
    "agencies.actions.files.keep": "a part of other actions, of one locked row",
}
# Who may act for the platform itself, and why.
SYSTEM = {
    "agencies/accounts.py": "nobody has keys before being known",
    "agencies/actions/accounts.py": "names are unique over all; audiences",
    "agencies/actions/agreements.py": "a party's row is inserted before it is seen",
    "agencies/audiences.py": "audiences are rewritten for all who see a record",
    "agencies/authentication.py": "nobody has keys before being known",
    "agencies/tasks.py": "schedules",
    "agencies/views/session.py": "log-in writes the officer's row",
    "demo/agencies.py": "the demo's data",
    "demo/casework.py": "the demo's data",
    "demo/consents.py": "the demo's data",
    "demo/history.py": "the demo's data",
    "demo/loader.py": "the demo's data",
    "demo/planning.py": "the demo's data",
    "demo/tracks.py": "the demo's data",
    "incidents/tasks.py": "schedules",
    "live/deliveries.py": "sends every agency its feed",
    "incidents/sitrep_run.py": "a worker finds the reports of all that wait",
    "live/feed.py": "the feed's place among all events",
    "live/readers.py": "nobody has keys before being known",
    "live/sequencer.py": "gives all events their order",
    "live/tasks.py": "schedules",
    "patrols/commanding.py": "nobody is at two places, whoever planned the other",
    "patrols/actions/asking.py": "all who take part are asked, by whoever changes it",
    "patrols/actions/steps.py": "a tear line follows what the lead agency does",
    "patrols/actions/leads.py": "rotation counts all patrols of a programme",
    "patrols/actions/programmes.py": "rotation counts all patrols of a programme",
    "patrols/actions/crewing.py": "a crew follows whoever moves its patrol",
    "patrols/actions/swaps.py": "a swap is judged with the duties of all agencies",
    "patrols/actions/wishes.py": "a wish stands, though a release ended and hid it",
    "patrols/actions/rosters.py": "a roster sends the people of all agencies",
    "patrols/roster_run.py": "a roster is worked out from the people of all agencies",
    "patrols/feed_keys.py": "a calendar has a secret, and no session",
    "patrols/management/commands/check_leads.py": "the operator's check of all",
    "patrols/tasks.py": "schedules",
}
# Rows that nobody guards, so that views may read them as they are.
UNGUARDED = {
    "Agency",
    "State",
    "BorderMarker",
    "BorderSection",
    "Client",
    "IncidentType",
    "RightsVersion",
}
# Addresses that anybody may open, by name, and why.
PUBLIC = {
    "login": "the way in",
    "logout": "harmless for nobody",
    "token": "the way in, for systems",
    "schema": "the same for everybody",
    "docs": "the same for everybody",
    "feed-file": "calendars have no session: a secret of 256 bits stands for one",
    "livez": "for the proxy",
    "readyz": "for the proxy",
    "prometheus-django-metrics": "for the monitoring; the proxy keeps it inside",
}
# Files of much more than 300 lines, and why they are one.
LONG = {
    "config/settings.py": "all settings in one place",
}
LIMIT = 330
# Both start from what the actor sees.
SEEN = {"visible_to", "locked"}
# What readers and callers meet.
SURFACE = [
    "views.py",
    "views/*.py",
    "api.py",
    "*_api.py",
    "admin.py",
    "serializers.py",
    "serializers/*.py",
    "forms.py",
    "forms/*.py",
]


def sources(*patterns: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield path and tree of our modules that fit the patterns."""
    for app in APPS:
        for pattern in patterns:
            for path in sorted((ROOT / app).glob(pattern)):
                name = path.relative_to(ROOT).as_posix()
                if "/migrations/" not in name:
                    yield name, parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """Return the last word of what is called."""
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def actions() -> list[Any]:
    """Return every public function of the actions, by its dotted name."""
    return [
        pytest.param(f"{module}.{node.name}", node, tree, id=f"{module}.{node.name}")
        for path, tree in sources("actions.py", "actions/*.py")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        for module in [path.removesuffix(".py").replace("/", ".")]
    ]


@pytest.mark.parametrize(("name", "node", "tree"), actions())
def test_an_action_has_the_shape_of_one(
    name: str, node: ast.FunctionDef, tree: ast.Module
) -> None:
    assert ast.get_docstring(node), "what it does, and what it refuses"
    if name in ODD:
        return
    arguments = node.args
    assert not arguments.args, "keyword-only"
    assert not arguments.posonlyargs, "keyword-only"
    by = [a for a in arguments.kwonlyargs if a.arg == "by"]
    assert by, "who does it"
    assert ast.unparse(by[0].annotation or by[0]) == "Actor"
    assert "transaction.atomic" in {ast.unparse(d) for d in node.decorator_list}


def records(node: ast.FunctionDef, tree: ast.Module, seen: set[str]) -> bool:
    """Whether a function writes an event, itself or by one that it calls."""
    own = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    for call in calls(node):
        name = name_of(call)
        if name in {"record_event", "withdraw", "write_line"}:
            return True
        if ast.unparse(call.func).startswith(
            ("releases.", "posts.", "actions.", "steps.", "asking.", "core.")
        ):
            return True
        if name in own and name not in seen:
            seen.add(name)
            if records(own[name], tree, seen):
                return True
    return False


@pytest.mark.parametrize(("name", "node", "tree"), actions())
def test_an_action_tells_the_journal(
    name: str, node: ast.FunctionDef, tree: ast.Module
) -> None:
    assert records(node, tree, set()) != (name in SILENT)


WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "delete",
}


def is_a_write(call: ast.Call) -> bool:
    """Whether a call writes rows: ``x.save()``, ``X.objects.create()`` and the like."""
    if not isinstance(call.func, ast.Attribute):
        return False
    whole = ast.unparse(call.func.value)
    if call.func.attr == "update":
        return ".objects" in whole
    if call.func.attr not in WRITES:
        return False
    # An action's module, a superclass and a client are no rows.
    return call.func.attr == "save" or ".objects" in whole


@pytest.mark.parametrize(
    ("path", "tree"),
    list(sources(*SURFACE)),
)
def test_only_actions_write(path: str, tree: ast.Module) -> None:
    found = [ast.unparse(call) for call in calls(tree) if is_a_write(call)]
    assert not found


@pytest.mark.parametrize(
    ("path", "tree"),
    list(sources(*SURFACE, "filters.py")),
)
def test_every_read_starts_from_what_is_visible(path: str, tree: ast.Module) -> None:
    """``X.objects`` goes on with ``visible_to``; a viewset's ``queryset`` is started
    so by ``ReadViewSet``."""
    parents = {
        child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
    }
    viewset_rows = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "queryset"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "objects"):
            continue
        if ast.unparse(node.value) in UNGUARDED or node in viewset_rows:
            continue
        after = parents[node]
        if not (isinstance(after, ast.Attribute) and after.attr in SEEN):
            found.append(ast.unparse(after))
    assert not found


def test_who_acts_for_the_platform_is_reviewed() -> None:
    users = {
        path
        for path, tree in sources("**/*.py")
        if any(name_of(call) == "system" for call in calls(tree))
        and path != "agencies/context.py"
    }
    assert users == set(SYSTEM)


def patterns(
    resolver: URLResolver | None = None, at: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield at + str(entry.pattern), entry
        else:
            yield from patterns(entry, at + str(entry.pattern))


def test_every_address_is_guarded() -> None:
    unguarded = set()
    for at, pattern in patterns():
        view: Any = pattern.callback
        if at.startswith("admin/"):
            continue  # the site's own door, see tests/agencies/test_admin.py
        if cls := getattr(view, "cls", None):
            assert [c.__name__ for c in cls.permission_classes] == ["HasScope"], at
            assert [c.__name__ for c in cls.authentication_classes] == [
                "ActorAuthentication"
            ], at
            assert cls.scope, at
        elif getattr(view, "guard", None) != "officer":
            unguarded.add(pattern.name)
    assert unguarded == set(PUBLIC)


def test_no_module_of_no_name() -> None:
    forbidden = {"utils", "helpers", "services", "managers", "signals", "misc"}
    named = {Path(path).stem for path, _tree in sources("**/*.py")}
    assert not forbidden & named


def test_no_signal_is_received() -> None:
    found = [
        path
        for path, tree in sources("**/*.py")
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and "signals" in (node.module or ""))
        or (isinstance(node, ast.Name) and node.id == "receiver")
    ]
    assert not found


@pytest.mark.parametrize("app", [*APPS, "config"])
def test_files_are_of_a_size_to_read(app: str) -> None:
    """And what is listed as longer still is."""
    long = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        if len(path.read_text().splitlines()) > LIMIT
    }
    assert long == {path for path in LONG if path.startswith(f"{app}/")}


# --- what is written down -----------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_event_is_described(kind: Kind) -> None:
    assert f"`{kind.value}`" in (ROOT / "docs/events.md").read_text()


@pytest.mark.parametrize(
    "word", [*Permission, *Role, *settings.OAUTH2_PROVIDER["SCOPES"]]
)
def test_every_permission_role_and_scope_is_described(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs/permissions.md").read_text()


def test_every_setting_is_described() -> None:
    tree = parsed(ROOT / "config/settings.py")
    read = {
        call.args[0].value
        for call in calls(tree)
        if ast.unparse(call.func).startswith("env.")
        and "rstrip" not in ast.unparse(call.func)
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(read) > 8
    page = (ROOT / "docs/settings.md").read_text()
    described = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert read <= described
    scripts = "".join(
        (ROOT / name).read_text()
        for name in ("bin/run", "bin/env.sh", "bin/demo", "bin/setup", "bin/services")
    )
    unknown = {name for name in described - read if name not in scripts}
    assert not unknown, "described, but read nowhere"


def test_tasks_named_in_settings_exist() -> None:
    named = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    for kind, tasks in settings.EVENT_TASKS.items():
        # Of releases, without the record's type.
        assert {kind, kind.partition(".")[2]} & set(Kind)
        named += tasks
    for name in named:
        assert callable(import_string(name)), name


# --- what browsers are given --------------------------------------------------


def front_end() -> list[Path]:
    static = [*(ROOT / "static").rglob("*.js"), *(ROOT / "static").rglob("*.css")]
    own = [path for path in static if "vendor" not in path.parts]
    return [*(ROOT / "templates").rglob("*.html"), *own]


@pytest.mark.parametrize(
    "path", front_end(), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_no_page_asks_another_origin(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/", "")
    assert not re.findall(r"""https?://[^\s"'<]*|["'(]//[a-z]""", text)


@pytest.mark.parametrize(
    "path",
    list((ROOT / "templates").rglob("*.html")),
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_no_template_has_inline_code(path: Path) -> None:
    text = path.read_text()
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or "nonce=" in tag or "application/json" in tag, tag
    assert not re.findall(r"""<[^>{]*\son[a-z]+\s*=""", text)
    assert "|safe" not in text
    assert "autoescape off" not in text


def test_no_template_has_a_form_of_dates_of_its_own() -> None:
    """``config/formats`` has the one; ``c`` is for machines, a weekday goes along."""
    written = {
        (path.name, form)
        for path in (ROOT / "templates").rglob("*.html")
        for form in re.findall(r"\|date:[\"']([^\"']*)", path.read_text())
    }
    assert {form for _name, form in written} <= {"c", "D", "H:i", "H:i:s"}, written
