// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Reading what a browser says about a WebAuthn ceremony
/// @notice Promises to find a known member at the top level of `clientDataJSON`, each at most once, and to pass over members of other
/// names (Chromium adds one on purpose). The JSON is read and never built again. What the members must be is the caller's business.
/// @dev No backslash may occur, so that each name and text has one spelling. docs/formats/passkey-signature.md, rules 4 and 5.
library ClientData {
    /// @notice Where a member's value stands in the client data; `end` is 0 for a member that is not there.
    struct Span {
        uint256 start;
        uint256 end;
    }

    /// @notice The known members.
    struct Members {
        Span kind;
        Span challenge;
        Span origin;
        Span crossOrigin;
        Span topOrigin;
    }

    bytes1 private constant QUOTE = '"';
    bytes1 private constant COMMA = ",";
    bytes1 private constant COLON = ":";

    /// @notice Returns the known members of `data`, of at least two bytes; `readable` is false for what no browser writes.
    function read(bytes calldata data) internal pure returns (bool readable, Members memory members) {
        uint256 end = data.length - 1;
        if (data[0] != "{" || data[end] != "}" || _hasBackslash(data)) return (false, members);
        uint256 place = 1;
        while (place < end) {
            (bool named, uint256 nameEnd) = _textEnd(data, place);
            if (!named || data[nameEnd] != COLON) return (false, members);
            (bool valued, uint256 valueEnd) = _valueEnd(data, nameEnd + 1, end);
            if (!valued) return (false, members);
            (bool known, Span memory span) = _span(members, keccak256(data[place + 1:nameEnd - 1]));
            if (known) {
                if (span.end != 0) return (false, members);
                (span.start, span.end) = (nameEnd + 1, valueEnd);
            }
            place = valueEnd + 1;
        }
        return (true, members);
    }

    /// @notice Returns a member that is text, without its quotes; `isText` is false for another value or none.
    function text(bytes calldata data, Span memory span) internal pure returns (bool isText, bytes calldata content) {
        if (span.end < span.start + 2 || data[span.start] != QUOTE) return (false, data[0:0]);
        return (true, data[span.start + 1:span.end - 1]);
    }

    function _span(Members memory members, bytes32 name) private pure returns (bool known, Span memory span) {
        if (name == keccak256("type")) return (true, members.kind);
        if (name == keccak256("challenge")) return (true, members.challenge);
        if (name == keccak256("origin")) return (true, members.origin);
        if (name == keccak256("crossOrigin")) return (true, members.crossOrigin);
        if (name == keccak256("topOrigin")) return (true, members.topOrigin);
        return (false, span);
    }

    function _hasBackslash(bytes calldata data) private pure returns (bool) {
        for (uint256 place = 0; place < data.length; ++place) {
            if (data[place] == "\\") return true;
        }
        return false;
    }

    /// @dev Where the text that starts at `start` ends, behind its closing quote.
    function _textEnd(bytes calldata data, uint256 start) private pure returns (bool found, uint256 end) {
        if (data[start] != QUOTE) return (false, 0);
        for (uint256 place = start + 1; place < data.length; ++place) {
            if (data[place] == QUOTE) return (true, place + 1);
        }
        return (false, 0);
    }

    /// @dev Where the value that starts at `start` ends: at the comma on its own level, or at the end of the object.
    function _valueEnd(bytes calldata data, uint256 start, uint256 end) private pure returns (bool found, uint256) {
        uint256 depth = 0;
        uint256 place = start;
        while (place < end) {
            bytes1 letter = data[place];
            if (letter == QUOTE) {
                (found, place) = _textEnd(data, place);
                if (!found) return (false, 0);
                continue;
            }
            if (letter == COMMA && depth == 0) return (true, place);
            if (letter == "{" || letter == "[") ++depth;
            if (letter == "}" || letter == "]") {
                if (depth == 0) return (false, 0);
                --depth;
            }
            ++place;
        }
        return (depth == 0, end);
    }
}
