// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignatureVerifier} from "./interfaces/ISignatureVerifier.sol";
import {ClientData} from "./lib/ClientData.sol";

/// @title Whether a signature covers a statement
/// @dev The promises stand on {ISignatureVerifier}. There is no state, no owner and no constructor argument: the runtime bytes
/// are the same on every chain. P-256 goes to the precompile at 0x100 where a chain has it (RIP-7212, EIP-7951), else to Solidity.
contract SignatureVerifier is ISignatureVerifier {
    uint256 private constant LENGTH_BYTES = 2;
    uint256 private constant SIGNATURE_BYTES = 64;
    uint256 private constant WALLET_BYTES = 65;
    uint256 private constant LEAST_AUTHENTICATOR_DATA = 37;
    uint256 private constant MOST_AUTHENTICATOR_DATA = 512;
    uint256 private constant LEAST_CLIENT_DATA = 2;
    uint256 private constant MOST_CLIENT_DATA = 1024;

    uint8 private constant PRESENT = 0x01;
    uint8 private constant VERIFIED = 0x04;
    uint8 private constant BACKUP_ELIGIBLE = 0x08;
    uint8 private constant BACKED_UP = 0x10;
    uint8 private constant ATTESTED = 0x40;
    uint8 private constant EXTENDED = 0x80;

    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,uint256 chainId)");
    bytes32 private constant NAME_HASH = keccak256("Tallystick");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant STATEMENT_TYPEHASH = keccak256(
        "Statement(string agreement,string signer,string role,bytes32 document,bytes32 terms,string expiresAt,bytes32 statement)"
    );

    /// @inheritdoc ISignatureVerifier
    function verifyPasskey(bytes32 statement, bytes calldata signature, Passkey calldata key, string calldata origin)
        external
        view
        returns (bool holds)
    {
        (bool packed, bytes calldata data, bytes calldata client, bytes calldata rs) = _unpack(signature);
        if (!packed || !_isRightClient(client, statement, bytes(origin)) || !_isRightAuthenticator(data, key.relyingParty)) {
            return false;
        }
        return _isOnCurve(sha256(bytes.concat(data, sha256(client))), rs, key.x, key.y);
    }

    /// @inheritdoc ISignatureVerifier
    function verifyOneTimeKey(bytes calldata statement, bytes calldata signature, bytes32 x, bytes32 y)
        external
        view
        returns (bool holds)
    {
        return signature.length == SIGNATURE_BYTES && _isOnCurve(sha256(statement), signature, x, y);
    }

    /// @inheritdoc ISignatureVerifier
    function verifyWallet(Statement calldata statement, bytes calldata signature, address account)
        external
        view
        returns (bool holds)
    {
        bytes32 digest = walletDigest(statement);
        if (signature.length == WALLET_BYTES) {
            // What was wrong with it stands in `failure` too.
            // slither-disable-next-line unused-return
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signature);
            if (failure == ECDSA.RecoverError.NoError && signer == account) return true;
        }
        return account.code.length != 0 && SignatureChecker.isValidERC1271SignatureNow(account, digest, signature);
    }

    /// @inheritdoc ISignatureVerifier
    function walletDigest(Statement calldata statement) public view returns (bytes32 digest) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid));
        bytes32 content = keccak256(
            abi.encode(
                STATEMENT_TYPEHASH,
                keccak256(bytes(statement.agreement)),
                keccak256(bytes(statement.signer)),
                keccak256(bytes(statement.role)),
                statement.document,
                statement.terms,
                keccak256(bytes(statement.expiresAt)),
                statement.statement
            )
        );
        return MessageHashUtils.toTypedDataHash(domain, content);
    }

    function _unpack(bytes calldata value)
        private
        pure
        returns (bool packed, bytes calldata data, bytes calldata client, bytes calldata rs)
    {
        (bool first, bytes calldata authenticator, bytes calldata rest) = _take(value);
        (bool second, bytes calldata json, bytes calldata tail) = _take(rest);
        packed = first && second && tail.length == SIGNATURE_BYTES && authenticator.length >= LEAST_AUTHENTICATOR_DATA
            && authenticator.length <= MOST_AUTHENTICATOR_DATA && json.length >= LEAST_CLIENT_DATA
            && json.length <= MOST_CLIENT_DATA;
        return (packed, authenticator, json, tail);
    }

    function _take(bytes calldata value) private pure returns (bool whole, bytes calldata part, bytes calldata rest) {
        if (value.length < LENGTH_BYTES) return (false, value[0:0], value[0:0]);
        uint256 end = LENGTH_BYTES + uint16(bytes2(value[0:LENGTH_BYTES]));
        if (value.length < end) return (false, value[0:0], value[0:0]);
        return (true, value[LENGTH_BYTES:end], value[end:]);
    }

    function _isRightClient(bytes calldata client, bytes32 statement, bytes calldata origin) private pure returns (bool) {
        (bool readable, ClientData.Members memory members) = ClientData.read(client);
        if (!readable || members.topOrigin.end != 0 || !_isSameOrigin(client, members.crossOrigin)) return false;
        (bool hasKind, bytes calldata kind) = ClientData.text(client, members.kind);
        (bool hasChallenge, bytes calldata challenge) = ClientData.text(client, members.challenge);
        (bool hasOrigin, bytes calldata page) = ClientData.text(client, members.origin);
        return hasKind && hasChallenge && hasOrigin && keccak256(kind) == keccak256("webauthn.get")
            && keccak256(challenge) == keccak256(bytes(Base64.encodeURL(abi.encodePacked(statement)))) && page.length != 0
            && keccak256(page) == keccak256(origin);
    }

    function _isSameOrigin(bytes calldata client, ClientData.Span memory span) private pure returns (bool) {
        return span.end == 0 || keccak256(client[span.start:span.end]) == keccak256("false");
    }

    function _isRightAuthenticator(bytes calldata data, bytes32 relyingParty) private pure returns (bool) {
        uint8 flags = uint8(data[32]);
        bool isExtended = flags & EXTENDED != 0;
        return bytes32(data[0:32]) == relyingParty && flags & PRESENT != 0 && flags & VERIFIED != 0
            && (flags & BACKUP_ELIGIBLE != 0 || flags & BACKED_UP == 0) && flags & ATTESTED == 0
            && isExtended == (data.length > LEAST_AUTHENTICATOR_DATA);
    }

    /// @dev {P256} refuses the higher s, r and s out of bounds, and a point that is none of the curve's.
    function _isOnCurve(bytes32 digest, bytes calldata rs, bytes32 x, bytes32 y) private view returns (bool) {
        return P256.verify(digest, bytes32(rs[0:32]), bytes32(rs[32:64]), x, y);
    }
}
