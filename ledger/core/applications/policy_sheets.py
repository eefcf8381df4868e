"""A policy as four sheets, so that a risk department reads and edits it without code: settings, paths, steps, rows.

Promises: the sheets hold everything that the policy's JSON holds, under headings in Chinese and English; amounts stand in the
currency's main unit, falls of collateral in percent. Reading them back (read_policy_sheets) gives the same policy, to the bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.core.applications.policy import TAG, Path, Policy, Row, Step
from ledger.core.applications.sheets import LIST_MARK, NO, YES, Cell, Line, Sheet
from ledger.core.log.currencies import decimals

PERCENT_PLACES = 2
KINDS: Mapping[str, str] = {
    "automatic": "自动 automatic",
    "person": "人工 person",
    "committee": "委员会 committee",
}


@dataclass(frozen=True)
class Heading:
    """A column: its name in the policy's JSON, and what stands over it."""

    name: str
    text: str


SETTINGS, PATHS, STEPS, ROWS = "设置 Settings", "路径 Paths", "步骤 Steps", "规则 Rows"
READ_ME = "说明 Read me"

# Of the settings: the name in the JSON, what stands in the first column, and what it means.
SETTING_LINES: tuple[tuple[str, str, str], ...] = (
    ("tag", "格式 format", "表格格式，不要修改 do not change"),
    ("name", "名称 name", "本政策的名称 what this policy is called"),
    ("currency", "币种 currency", "所有金额的币种 the currency of all amounts"),
    ("products", "产品 products", "本政策适用的产品，用 ; 分隔 products it decides on, with ; between"),
    ("grades", "风险等级 grades", "可能的风险等级，用 ; 分隔 all risk grades, with ; between"),
    ("branches", "机构 branches", "适用的分支机构，* 为全部 branches it holds for, * for all"),
    ("link_days", "关联天数 link days", "关联申请合并计算的天数 linked applications within so many days are added up"),
    ("strictest", "兜底路径 strictest path", "表外情形所走的路径 the path of whatever is outside of the table"),
)
SETTING_HEADINGS = (Heading("item", "项目 item"), Heading("value", "内容 value"), Heading("meaning", "含义 meaning"))
PATH_HEADINGS = (
    Heading("path", "路径 path"),
    Heading("attachments", "必备附件 attachments"),
    Heading("third_party", "第三方数据及最长天数 third-party data: days"),
    Heading("check_minutes", "黑名单查询有效分钟 minutes a blacklist check holds"),
)
STEP_HEADINGS = (
    Heading("path", "路径 path"),
    Heading("order", "顺序 order"),
    Heading("kind", "方式 kind"),
    Heading("role", "角色 role"),
    Heading("count", "人数 people"),
    Heading("departments", "部门 departments"),
    Heading("due_business_days", "期限（工作日） due in business days"),
    Heading("size", "委员会人数 committee size"),
    Heading("quorum", "法定人数 quorum"),
    Heading("veto", "否决权角色 roles with a veto"),
    Heading("chair_casts", "主席决定票 chair's casting vote"),
    Heading("escalates_to", "逾期升级至 once overdue also decided by"),
)
ROW_HEADINGS = (
    Heading("id", "规则 row"),
    Heading("products", "产品 products"),
    Heading("amount_over", "金额大于 amount over"),
    Heading("amount_up_to", "金额不超过 amount up to"),
    Heading("grades", "风险等级 grades"),
    Heading("listed", "黑名单命中 listing found"),
    Heading("fall_over", "押品跌幅大于（%） collateral down more than %"),
    Heading("fall_up_to", "押品跌幅不超过（%） collateral down at most %"),
    Heading("path", "路径 path"),
)
HEADINGS: Mapping[str, tuple[Heading, ...]] = {
    SETTINGS: SETTING_HEADINGS,
    PATHS: PATH_HEADINGS,
    STEPS: STEP_HEADINGS,
    ROWS: ROW_HEADINGS,
}


def policy_sheets(policy: Policy) -> tuple[Sheet, ...]:
    """Return the four sheets of a policy, each with its headings first."""
    places = decimals(policy.currency)
    steps = [
        _step(name, order, step) for name, path in policy.paths.items() for order, step in enumerate(path.steps, 1)
    ]
    return (
        _sheet(SETTINGS, _settings(policy)),
        _sheet(PATHS, [_path(name, path) for name, path in policy.paths.items()]),
        _sheet(STEPS, steps),
        _sheet(ROWS, [_row(row, places) for row in policy.rows]),
    )


def _sheet(title: str, lines: list[Line]) -> Sheet:
    return Sheet(title, (tuple(heading.text for heading in HEADINGS[title]), *lines))


def _settings(policy: Policy) -> list[Line]:
    values: Mapping[str, Cell] = {
        "tag": TAG,
        "name": policy.name,
        "currency": policy.currency,
        "products": LIST_MARK.join(policy.products),
        "grades": LIST_MARK.join(policy.grades),
        "branches": LIST_MARK.join(policy.branches),
        "link_days": policy.link_days,
        "strictest": policy.strictest,
    }
    return [(item, values[name], meaning) for name, item, meaning in SETTING_LINES]


def _path(name: str, path: Path) -> Line:
    asked = LIST_MARK.join(f"{item.source}: {item.max_age_days}" for item in path.third_party)
    return name, LIST_MARK.join(path.attachments), asked, path.check_minutes


def _step(path: str, order: int, step: Step) -> Line:
    return (
        path,
        order,
        KINDS[step.kind.value],
        step.role,
        step.count,
        LIST_MARK.join(step.departments),
        step.due_business_days,
        step.size,
        step.quorum,
        LIST_MARK.join(step.veto),
        YES if step.chair_casts else NO,
        step.escalates_to,
    )


def _row(row: Row, places: int) -> Line:
    when = row.when
    return (
        row.id,
        LIST_MARK.join(when.products),
        _scaled(when.amount.over, places),
        _scaled(when.amount.up_to, places),
        LIST_MARK.join(when.grades),
        LIST_MARK.join(YES if listed else NO for listed in when.listed),
        _scaled(when.collateral_fall.over, PERCENT_PLACES),
        _scaled(when.collateral_fall.up_to, PERCENT_PLACES),
        row.path,
    )


def _scaled(value: int | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-places)
