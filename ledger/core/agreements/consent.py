"""The consent text a signer agrees to, versioned; its hash is part of every statement (DESIGN section 5)."""

import hashlib

CONSENT_TEXT = """tally/consent/v1
I have read the loan contract whose SHA-256 is shown to me. I agree to be bound by it, and to sign it electronically:
my signature with the key that I control has the effect of my handwritten one.
我已阅读页面所示 SHA-256 对应的借款合同，同意受其约束，并同意以电子方式签署：
使用由我本人控制的密钥所作的签名，与我的手写签名具有同等效力。
"""
CONSENT_SHA256 = hashlib.sha256(CONSENT_TEXT.encode("utf-8")).digest()
