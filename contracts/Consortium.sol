// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";

/// @title Who belongs to a blacklist's consortium, and as what
/// @dev The promises stand on {IConsortium}. The founders are the only constructor argument that matters, and they are kept in storage:
/// the runtime bytes are the same on every chain. Votes are counted anew each time, over at most 64 members, so that nobody's vote
/// outlives its membership.
contract Consortium is IConsortium {
    struct Ballot {
        bool cast;
        bool inFavour;
    }

    uint256 private constant MAX_MEMBERS = 64;
    uint256 private constant MAX_INSTITUTION_BYTES = 64;
    uint8 private constant ALL_ROLES = 31;
    uint64 private constant MAX_DEADLINE = 90 days;

    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("Tallystick Consortium");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant PROPOSAL_TYPEHASH = keccak256("Proposal(uint64 number,bytes32 change,uint64 deadline)");
    bytes32 private constant VOTE_TYPEHASH = keccak256("Vote(uint64 number,bool inFavour)");

    /// @inheritdoc IConsortium
    string public name;
    /// @inheritdoc IConsortium
    uint64 public changes;
    /// @inheritdoc IConsortium
    uint64 public proposals;
    bytes32[] private _ids;
    mapping(bytes32 id => Member) private _members;
    mapping(address voter => bytes32 id) private _ofVoter;
    mapping(address signer => bytes32 id) private _ofSigner;
    mapping(uint64 number => Proposal) private _proposals;
    mapping(uint64 number => mapping(bytes32 id => Ballot)) private _ballots;

    /// @param name_ The consortium's name.
    /// @param founders The first members.
    constructor(string memory name_, Member[] memory founders) {
        if (founders.length == 0) revert ConsortiumSize(0);
        name = name_;
        changes = uint64(founders.length);
        for (uint256 i = 0; i < founders.length; ++i) {
            _requirePossible(Kind.Admit, founders[i]);
            _ids.push(_idOf(founders[i]));
            _set(_idOf(founders[i]), founders[i]);
        }
    }

    /// @inheritdoc IConsortium
    function propose(Kind kind, Member calldata member_, uint64 deadline, bytes calldata signature)
        external
        returns (uint64 number)
    {
        if (deadline <= block.timestamp || deadline > block.timestamp + MAX_DEADLINE) {
            revert ConsortiumInvalidDeadline(deadline);
        }
        number = ++proposals;
        bytes32 change = keccak256(abi.encode(kind, member_));
        bytes32 by = _voterOf(keccak256(abi.encode(PROPOSAL_TYPEHASH, number, change, deadline)), signature);
        _requirePossible(kind, member_);

        _proposals[number] = Proposal({deadline: deadline, enacted: false, kind: kind, member: member_});
        emit Proposed(number, by, kind, member_, deadline);
        _cast(number, by, true);
    }

    /// @inheritdoc IConsortium
    function vote(uint64 number, bool inFavour, bytes calldata signature) external {
        _openProposal(number);
        bytes32 by = _voterOf(keccak256(abi.encode(VOTE_TYPEHASH, number, inFavour)), signature);
        if (_ballots[number][by].cast) revert ConsortiumAlreadyVoted(number, _members[by].institution);
        _cast(number, by, inFavour);
    }

    /// @inheritdoc IConsortium
    function enact(uint64 number) external {
        Proposal storage open = _openProposal(number);
        (uint256 inFavour, uint256 needed) = _tally(number);
        if (inFavour < needed) revert ConsortiumNoMajority(inFavour, needed);
        open.enacted = true;
        _apply(open.kind, open.member);
        emit Enacted(number);
    }

    /// @inheritdoc IConsortium
    function members() external view returns (Member[] memory found) {
        found = new Member[](_ids.length);
        for (uint256 i = 0; i < found.length; ++i) {
            found[i] = _members[_ids[i]];
        }
    }

    /// @inheritdoc IConsortium
    function member(bytes32 id) external view returns (Member memory found) {
        found = _members[id];
        if (found.voter == address(0)) revert ConsortiumNotMember("");
    }

    /// @inheritdoc IConsortium
    function proposal(uint64 number) external view returns (Proposal memory) {
        return _knownProposal(number);
    }

    /// @inheritdoc IConsortium
    function tally(uint64 number) external view returns (uint256 inFavour, uint256 needed) {
        _knownProposal(number);
        return _tally(number);
    }

    /// @inheritdoc IConsortium
    function requireMajority(bytes32 digest, bytes[] calldata signatures) external view returns (uint256 count) {
        count = signatures.length;
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert ConsortiumNotAscending(previous, signer);
            _requireStanding(_ofSigner[signer], signer);
            previous = signer;
        }
        uint256 needed = _majority();
        if (count < needed) revert ConsortiumNoMajority(count, needed);
    }

    function _cast(uint64 number, bytes32 by, bool inFavour) internal {
        _ballots[number][by] = Ballot({cast: true, inFavour: inFavour});
        emit Voted(number, by, inFavour);
    }

    function _apply(Kind kind, Member memory subject) internal {
        _requirePossible(kind, subject);
        ++changes;
        bytes32 id = _idOf(subject);
        if (kind == Kind.Remove) {
            _remove(id);
            emit MemberRemoved(id, subject.institution);
            return;
        }
        if (kind == Kind.Change) _forgetKeys(id);
        else _ids.push(id);
        _set(id, subject);
    }

    function _set(bytes32 id, Member memory subject) internal {
        if (_ofVoter[subject.voter] != 0) revert ConsortiumKeyTaken(subject.voter);
        if (_ofSigner[subject.signer] != 0) revert ConsortiumKeyTaken(subject.signer);
        _ofVoter[subject.voter] = id;
        _ofSigner[subject.signer] = id;
        _members[id] = subject;
        emit MemberSet(id, subject);
    }

    function _remove(bytes32 id) internal {
        uint256 last = _ids.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (_ids[i] == id) {
                _ids[i] = _ids[last];
                break;
            }
        }
        _ids.pop();
        _forgetKeys(id);
        delete _members[id];
    }

    function _forgetKeys(bytes32 id) internal {
        delete _ofVoter[_members[id].voter];
        delete _ofSigner[_members[id].signer];
    }

    /// @dev Whether the change is one at all; keys that another member has are refused when it takes effect.
    function _requirePossible(Kind kind, Member memory subject) internal view {
        uint256 length = bytes(subject.institution).length;
        if (length == 0 || length > MAX_INSTITUTION_BYTES) revert ConsortiumInvalidInstitution(length);
        bytes32 id = _idOf(subject);
        bool known = _members[id].voter != address(0);
        if (kind == Kind.Admit && known) revert ConsortiumAlreadyMember(subject.institution);
        if (kind != Kind.Admit && !known) revert ConsortiumNotMember(subject.institution);
        if (kind == Kind.Remove) _requireRemovable(id, subject);
        else _requireWellFormed(subject);
        if (kind == Kind.Admit && _ids.length == MAX_MEMBERS) revert ConsortiumSize(MAX_MEMBERS + 1);
    }

    function _requireRemovable(bytes32 id, Member memory subject) internal view {
        bool bare = subject.voter == address(0) && subject.signer == address(0) && subject.key == 0
            && subject.roles == 0 && subject.expiresAt == 0;
        if (!bare) revert ConsortiumInvalidRemoval(subject.institution);
        uint256 others = _standing() - (_isStanding(id) ? 1 : 0);
        if (others == 0) revert ConsortiumLastMember(subject.institution);
    }

    function _requireWellFormed(Member memory subject) internal view {
        bool keyed = subject.voter != address(0) && subject.signer != address(0) && subject.key != 0;
        if (!keyed || subject.roles == 0 || subject.roles > ALL_ROLES) {
            revert ConsortiumInvalidMember(subject.institution);
        }
        if (subject.expiresAt <= block.timestamp) revert ConsortiumTermOver(subject.institution, subject.expiresAt);
    }

    function _voterOf(bytes32 message, bytes calldata signature) internal view returns (bytes32 id) {
        address voter = ECDSA.recoverCalldata(_digest(message), signature);
        id = _ofVoter[voter];
        _requireStanding(id, voter);
    }

    function _requireStanding(bytes32 id, address signer) internal view {
        if (id == 0) revert ConsortiumUnknownSigner(signer);
        if (!_isStanding(id)) revert ConsortiumExpiredMember(_members[id].institution, _members[id].expiresAt);
    }

    function _isStanding(bytes32 id) internal view returns (bool) {
        return _members[id].expiresAt > block.timestamp;
    }

    function _standing() internal view returns (uint256 count) {
        uint256 size = _ids.length;
        for (uint256 i = 0; i < size; ++i) {
            if (_isStanding(_ids[i])) ++count;
        }
    }

    /// @dev More than half, and never none: where nobody is in good standing nothing passes.
    function _majority() internal view returns (uint256) {
        return _standing() / 2 + 1;
    }

    function _tally(uint64 number) internal view returns (uint256 inFavour, uint256 needed) {
        uint256 size = _ids.length;
        for (uint256 i = 0; i < size; ++i) {
            if (_isStanding(_ids[i]) && _ballots[number][_ids[i]].inFavour) ++inFavour;
        }
        needed = _majority();
    }

    function _knownProposal(uint64 number) internal view returns (Proposal storage found) {
        found = _proposals[number];
        if (found.deadline == 0) revert ConsortiumUnknownProposal(number);
    }

    function _openProposal(uint64 number) internal view returns (Proposal storage found) {
        found = _knownProposal(number);
        if (found.enacted) revert ConsortiumEnacted(number);
        if (block.timestamp >= found.deadline) revert ConsortiumPastDeadline(number, found.deadline);
    }

    /// @dev Computed anew each time: an immutable copy would make the runtime bytes differ from chain to chain.
    function _digest(bytes32 message) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
        return MessageHashUtils.toTypedDataHash(domain, message);
    }

    function _idOf(Member memory subject) internal pure returns (bytes32) {
        return keccak256(bytes(subject.institution));
    }
}
