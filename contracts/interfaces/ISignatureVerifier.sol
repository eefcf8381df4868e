// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether a signature covers a statement
/// @notice Gives on chain the verdict that the Python verifier and the page give: one table of valid and broken signatures is judged
/// by all three (tests/support/pen_cases.py). Promises that a signature which does not hold is answered with `false`, never
/// with a revert. Whose a key is, whether it was revoked, and whether the statement has expired, is the caller's business.
/// @dev docs/formats/passkey-signature.md has the rules; "SHOULD" and "MUST" there hold here.
interface ISignatureVerifier {
    /// @notice A passkey's public key: the relying party that it belongs to (SHA-256 of its id), and a point on P-256.
    struct Passkey {
        bytes32 relyingParty;
        bytes32 x;
        bytes32 y;
    }

    /// @notice What a wallet shows of a statement; `statement` is the SHA-256 of its exact bytes, which binds all the others.
    struct Statement {
        string agreement;
        string signer;
        string role;
        bytes32 document;
        bytes32 terms;
        string expiresAt;
        bytes32 statement;
    }

    /// @notice Whether `key` signed the statement with this SHA-256 as the challenge of a WebAuthn assertion, on pages of `origin`,
    /// with its person present and verified.
    /// @param signature Authenticator data and client data, each after its length in two bytes, then r and s with the lower s.
    function verifyPasskey(bytes32 statement, bytes calldata signature, Passkey calldata key, string calldata origin)
        external
        view
        returns (bool holds);

    /// @notice Whether the key (x, y) on P-256 signed these exact bytes of a statement (ECDSA over SHA-256).
    /// @param signature r and s with the lower s, 64 bytes.
    function verifyOneTimeKey(bytes calldata statement, bytes calldata signature, bytes32 x, bytes32 y)
        external
        view
        returns (bool holds);

    /// @notice Whether `account` signed the statement as EIP-712 typed data for this chain: an address by r, s and v with the lower s
    /// (v 27 or 28), a contract by its own word (ERC-1271). An address whose key delegated to code (EIP-7702) still signs by its key.
    function verifyWallet(Statement calldata statement, bytes calldata signature, address account)
        external
        view
        returns (bool holds);

    /// @notice The 32 bytes that a wallet signs for this statement on this chain.
    function walletDigest(Statement calldata statement) external view returns (bytes32 digest);
}
