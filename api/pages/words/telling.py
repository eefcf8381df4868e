"""Words of the forms that tell an applicant that their application was given back."""

from typing import Final

from api.pages.words.pair import pair

TELL: Final = {
    "tell.title": pair("Tell the applicant", "通知申请人"),
    "tell.not-yet": pair(
        "The applicant has not been told yet. Without a message on record it does not lapse on {until}.",
        "尚未通知申请人。没有通知记录，申请不会在 {until} 失效。",
    ),
    "tell.until": pair("Answer on or before", "答复截止日"),
    "tell.mail": pair("Send by e-mail", "以电子邮件发送"),
    "tell.mail-hint": pair(
        "The mail names the application, this day and what was asked for, never an amount. What becomes of it goes on record.",
        "邮件写明申请编号、截止日与所需材料，不含金额。发送结果会记录在案。",
    ),
    "tell.no-address": pair(
        "No mail address was given for this applicant. Tell them another way and record it here.",
        "申请人未提供电子邮箱，请以其他方式通知并在此记录。",
    ),
    "tell.otherwise": pair("Told another way", "已以其他方式通知"),
    "tell.channel": pair("How", "方式"),
    "tell.email": pair("e-mail", "电子邮件"),
    "tell.folder": pair("e-mail, into the outbox folder", "电子邮件（存入发件文件夹）"),
    "tell.sms": pair("text message", "短信"),
    "tell.post": pair("letter", "信函"),
    "tell.in-person": pair("in person", "当面"),
    "tell.reference": pair("Reference", "凭据"),
    "tell.reference-hint": pair(
        "What shows it: the letter's tracking number, the message's id, who was spoken to and when.",
        "可证明已通知的凭据：挂号信编号、短信编号，或谈话对象与时间。",
    ),
    "tell.record": pair("Record it", "记录"),
    "tell.line": pair("{way}, answer by {until}", "{way}，截止 {until}"),
    "tell.status-sent": pair("sent", "已发送"),
    "tell.status-delivered": pair("delivered", "已送达"),
    "tell.status-failed": pair("not sent", "未送出"),
}
