"""Words of the staff's page of figures."""

from typing import Final

from api.pages.words.pair import pair

FIGURES: Final = {
    "figures.nav": pair("Figures", "统计"),
    "figures.title": pair("Figures of approvals", "审批统计"),
    "figures.lead": pair(
        "Counted from the log, not kept beside it. Hours are business hours: time on this institution's business days, each of 24 hours.",
        "由日志实时统计，不另设台账。小时数按本机构工作日计算，每个工作日计 24 小时。",
    ),
    "figures.since": pair("From", "起始日"),
    "figures.until": pair("Up to and including", "截止日（含）"),
    "figures.show": pair("Show", "查询"),
    "figures.none": pair(
        "Nothing has been counted yet. A worker does it within seconds; load the page again.",
        "尚无统计数据。系统将在数秒内完成统计，请刷新页面。",
    ),
    "figures.bad-day": pair("Expected days as 2026-11-23, the first not after the last.", "请按 2026-11-23 的格式填写日期，且起始日不晚于截止日。"),
    "figures.rates": pair("Rates", "比率"),
    "figures.rate": pair("Rate", "指标"),
    "figures.now": pair("This period", "本期"),
    "figures.before": pair("The period before", "上期"),
    "figures.approval_rate": pair("Approved of all decided", "通过率"),
    "figures.return_rate": pair("Returned of all submitted", "退回率"),
    "figures.automation_rate": pair("Decided by rules of all decided", "自动审批率"),
    "figures.bottleneck": pair("Most time goes by in: {stage}", "耗时最多的环节：{stage}"),
    "figures.stages": pair("Time per stage", "各环节用时"),
    "figures.stage": pair("Stage", "环节"),
    "figures.count": pair("Ended", "完成数"),
    "figures.decisions": pair("Decisions", "审批数"),
    "figures.p50": pair("Half within", "半数不超过"),
    "figures.p90": pair("Nine of ten within", "九成不超过"),
    "figures.p90-before": pair("The same, the period before", "上期九成"),
    "figures.late": pair("Late", "逾期"),
    "figures.waiting": pair("Waiting now", "目前待办"),
    "figures.overdue": pair("of them overdue", "其中逾期"),
    "figures.hours": pair("{hours} h", "{hours} 小时"),
    "figures.approvers": pair("Load and response time", "审批人工作量与响应时间"),
    "figures.approver": pair("Person", "审批人"),
    "figures.nobody": pair("Nobody decided in this period.", "本期无人审批。"),
    "figures.no-stage": pair("No stage ended in this period.", "本期无已完成环节。"),
    "figures.stamp": pair(
        "Counted at size {size} of {origin}, root {root}",
        "统计所依据的日志检查点：{origin}，大小 {size}，根哈希 {root}",
    ),
    "figures.csv": pair("The same as CSV, by command: tally kpi show --csv", "如需 CSV，请使用命令：tally kpi show --csv"),
}  # fmt: skip
