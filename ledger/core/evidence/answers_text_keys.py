"""The sentences of answer 2 about keys, in English and Chinese."""

from collections.abc import Mapping
from typing import Final, Literal

KEY_TEXTS: Final[Mapping[str, Mapping[Literal["en", "zh"], str]]] = {
    "keys.lenders-word": {
        "en": "Key {key_id} was enrolled at {at}; that it is this person's is the lender's word ({provider}).",
        "zh": "密钥 {key_id} 于 {at} 登记；其属于该签署人，系贷款机构单方声明（{provider}）。",
    },
    "keys.provider": {
        "en": "Key {key_id} was enrolled at {at} after {provider} proofed the identity.",
        "zh": "密钥 {key_id} 于 {at} 登记，身份由 {provider} 核验。",
    },
    "keys.code-only": {
        "en": "Key {key_id} was enrolled at {at} after a code was sent ({provider}); nobody proofed the identity.",
        "zh": "密钥 {key_id} 于 {at} 经验证码（{provider}）登记；未核验身份。",
    },
    "keys.own-key": {
        "en": "Key {key_id} was enrolled at {at} as the organisation's own ({provider}).",
        "zh": "密钥 {key_id} 于 {at} 登记为机构自有密钥（{provider}）。",
    },
    "keys.weaker": {
        "en": "Key {key_id} is a weaker pen: made for one signature, or held by somebody known by a code only.",
        "zh": "密钥 {key_id} 效力较弱：仅为一次签名生成，或持有人仅经验证码确认。",
    },
    "keys.not-shown": {
        "en": "The agreement names no key for {name}, and the entry that enrolled {key_id} is not shown.",
        "zh": "合同未载明 {name} 的密钥，且未出示登记 {key_id} 的记录。",
    },
    "keys.refused": {
        "en": "The registry entries of key {key_id} are refused ({cause}).",
        "zh": "密钥 {key_id} 的登记记录未通过核验（{cause}）。",
    },
    "keys.unproven": {
        "en": "The registry entries of key {key_id} are not proven to be in a log you trust.",
        "zh": "密钥 {key_id} 的登记记录未被证明存在于您信任的日志中。",
    },
    "keys.login": {
        "en": "Key {key_id} was enrolled for signing in; it may not sign (entry {n}).",
        "zh": "密钥 {key_id} 仅用于登录，不得用于签署（第 {n} 条记录）。",
    },
    "keys.enrolled-later": {
        "en": "Key {key_id} was enrolled only after the signature of entry {n}.",
        "zh": "密钥 {key_id} 在第 {n} 条记录的签名之后才登记。",
    },
    "keys.revoked": {
        "en": "Key {key_id} was revoked ({ground}), and the signature of entry {n} was not there before.",
        "zh": "密钥 {key_id} 已吊销（{ground}），第 {n} 条记录的签名并非在此之前作出。",
    },
    "keys.revoked-later": {
        "en": "Key {key_id} was revoked later ({ground}); the signature of entry {n} was there before.",
        "zh": "密钥 {key_id} 事后吊销（{ground}）；第 {n} 条记录的签名在此之前已存在。",
    },
    "keys.time-unproven": {
        "en": "Key {key_id} was revoked ({ground}), and no independent clock shows when the signature of entry {n} was there.",
        "zh": "密钥 {key_id} 已吊销（{ground}），且无独立时间证明第 {n} 条记录的签名何时存在。",
    },
    "keys.list-too-old": {
        "en": "What is shown of key {key_id} ends before the signature of entry {n}: a revocation in between would not be seen.",
        "zh": "所出示的密钥 {key_id} 登记情况早于第 {n} 条记录的签名：其间的吊销无从得知。",
    },
    "keys.pages-not-pinned": {
        "en": "Passkey {key_id} was used on {origin}; your trust policy pins no signing pages to compare.",
        "zh": "通行密钥 {key_id} 在 {origin} 使用；您的信任策略未列明用于比对的签署页面。",
    },
    "keys.other-pages": {
        "en": "Passkey {key_id} was used on {origin}, which is none of the signing pages that your trust policy pins for it.",
        "zh": "通行密钥 {key_id} 在 {origin} 使用，不在您的信任策略所列的签署页面之内。",
    },
    "limits.revocation": {
        "en": "That no key was revoked after this evidence was made; ask the lender's registry for later revocations.",
        "zh": "本证据生成之后密钥未被吊销；后续吊销情况须向贷款机构登记查询。",
    },
}
