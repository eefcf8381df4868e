"""What a verifier says to people about sealed files, in English and Chinese, by reason code (docs/formats/answers.md)."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Words: TypeAlias = Mapping[Literal["en", "zh"], str]


def words(en: str, zh: str) -> Words:
    """Return the sentence in both languages."""
    return {"en": en, "zh": zh}


SEAL_TEXTS: Final[Mapping[str, Words]] = {
    "bytes.contract-inside": words(
        "The first {bytes} bytes of this sealed file, SHA-256 {sha256}, are the contract of entry {n}, byte for byte.",
        "本封存文件的前 {bytes} 字节（SHA-256 为 {sha256}）与第 {n} 条记录的合同逐字节一致。",
    ),
    "bytes.sealed-version": words(
        "The file is version {version} of the sealed contract, as recorded in entry {n}: SHA-256 {sha256}.",
        "本文件是第 {n} 条记录所登记的封存合同第 {version} 版：SHA-256 为 {sha256}。",
    ),
    "bytes.newer-version": words(
        "Entry {n} recorded version {version} of the sealed file, which carries a later archive time stamp.",
        "第 {n} 条记录登记了封存文件第 {version} 版，其中带有更晚的存档时间戳。",
    ),
    "bytes.no-sealed-version": words(
        "The file is none of the sealed versions on record; version {version}, of entry {n}, has SHA-256 {expected_sha256} and"
        " {expected_bytes} bytes, this file {found_sha256} and {found_bytes} bytes.",
        "本文件不是任何已登记的封存版本；第 {n} 条记录的第 {version} 版 SHA-256 为 {expected_sha256}，共 {expected_bytes} 字节，"
        "本文件为 {found_sha256}，共 {found_bytes} 字节。",
    ),
    "bytes.seal-not-shown": words(
        "No entry at hand shows which bytes the sealed file has; the record of the sealing comes apart from the file.",
        "现有记录均未出示封存文件的字节信息；封存记录与文件分开提供。",
    ),
    "bytes.after-seal": words(
        "Something was added after the last signature of the sealed file ({causes}).",
        "封存文件的最后一个签名之后被添加了内容（{causes}）。",
    ),
    "seal.valid": words(
        "The seal is valid: {subject}; sealed before {at} by its time stamp; nothing but archive time stamps came after it.",
        "封印有效：{subject}；时间戳证明封存时间不晚于 {at}；其后除存档时间戳外未添加任何内容。",
    ),
    "seal.valid-with-more": words(
        "The seal is valid over what it covers: {subject}; sealed before {at} by its time stamp; what was added behind the last"
        " signature is covered by nothing.",
        "封印对其所覆盖的内容有效：{subject}；时间戳证明封存时间不晚于 {at}；最后一个签名之后添加的内容不受任何签名保护。",
    ),
    "seal.archive-until": words(
        "The archive time stamp can be checked until {until}; it must be renewed before.",
        "存档时间戳可核验至 {until}，须在此之前续期。",
    ),
    "seal.refused": words(
        "The seal is refused by the strict rules ({causes}): do not rely on it.",
        "封印未通过严格规则核验（{causes}）：请勿采信。",
    ),
    "seal.not-checked": words("The seal was not checked ({causes}).", "封印未经核验（{causes}）。"),
    "seal.no-roots": words(
        "The file carries a seal; your trust policy names no root to check it by.",
        "本文件带有封印；您的信任策略未列明用于核验的根证书。",
    ),
    "seal.revoked-later": words(
        "The certificate of the seal was revoked on {since} ({reason}), after the seal was made: it stands.",
        "封印证书于 {since} 被吊销（{reason}），在封存之后：封印仍然成立。",
    ),
    "seal.key-refused": words(
        "The registry's entries of the seal's key {key_id} are refused ({cause}).",
        "登记簿中封印密钥 {key_id} 的记录未获采信（{cause}）。",
    ),
    "seal.key-revoked": words(
        "The seal's key {key_id} was revoked ({ground}), and the seal is not shown to be from before: do not rely on it.",
        "封印密钥 {key_id} 已被撤销（{ground}），且无法证明封存在此之前：请勿采信。",
    ),
    "seal.key-revoked-later": words(
        "The seal's key {key_id} was revoked later ({ground}); the seal was there before and stands.",
        "封印密钥 {key_id} 后被撤销（{ground}）；封存在此之前，仍然成立。",
    ),
    "seal.key-not-shown": words(
        "No registry entry of the seal's key {key_id} is at hand: whether it was revoked by then is not known. Fetch newer evidence.",
        "未出示封印密钥 {key_id} 的登记记录：无从得知其当时是否已被撤销。请获取较新的证据。",
    ),
    "seal.key-not-checked": words(
        "Whether the seal's key {key_id} was revoked by then is not shown: fetch newer evidence.",
        "封印密钥 {key_id} 当时是否已被撤销未获出示：请获取较新的证据。",
    ),
    "limits.local-time-stamp": words(
        "The time of the seal: it is a local test time stamp, not independent.",
        "封存时间：所用为本地测试时间戳，非独立。",
    ),
    "limits.seal-revocation": words(
        "That the seal's certificate was not revoked after the file was made: no newer list is in your trust policy.",
        "封印证书在文件生成之后未被吊销：您的信任策略中没有更新的吊销列表。",
    ),
}
