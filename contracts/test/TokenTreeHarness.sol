// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TokenTree} from "../lib/TokenTree.sol";

/// @title A door to {TokenTree} for tests
/// @dev Never deployed anywhere else: it holds nothing and is in no artifact.
contract TokenTreeHarness {
    /// @notice Whether the proof holds, and whether the token is listed then.
    function verdict(bytes32 root, bytes32 token, TokenTree.Proof calldata proof)
        external
        view
        returns (bool holds, bool listed)
    {
        try this.isListed(root, token, proof) returns (bool found) {
            return (true, found);
        } catch {
            return (false, false);
        }
    }

    /// @notice The selector of the error that refuses the proof; 0 when the proof holds.
    function refusal(bytes32 root, bytes32 token, TokenTree.Proof calldata proof) external view returns (bytes4) {
        try this.isListed(root, token, proof) returns (bool) {
            return 0;
        } catch (bytes memory reason) {
            return bytes4(reason);
        }
    }

    function isListed(bytes32 root, bytes32 token, TokenTree.Proof calldata proof) external pure returns (bool) {
        return TokenTree.isListed(root, token, proof);
    }
}
