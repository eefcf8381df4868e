// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who belongs to a blacklist's consortium, and as what
/// @notice Keeps the institutions, their roles and keys. Every change (joining, leaving, other keys, other roles, a new term) is a
/// proposal of one member that takes effect when more than half of the members in good standing are for it. A member is in good
/// standing until its term ends; it has one vote however often its keys change; only votes of members who are in good standing at
/// that moment count. Who sends a transaction never matters, only what was signed. There is no owner.
/// @dev Signatures are EIP-712 (domain: name "Tallystick Consortium", version "1", chain id, this contract) by plain key pairs, 65
/// bytes, low s. The messages, both by a member's voting key:
///   Proposal(uint64 number,bytes32 change,uint64 deadline)      change = keccak256(abi.encode(kind, member))
///   Vote(uint64 number,bool inFavour)
/// docs/formats/consortium.md has the rules and byte-exact examples.
interface IConsortium {
    /// @notice One institution.
    /// @param institution Its id, 1 to 64 bytes.
    /// @param voter The key of its votes.
    /// @param expiresAt When its term ends, in seconds; a vote can set a new term before or after.
    /// @param roles Bits: 1 lister, 2 checker, 4 evaluator, 8 witness, 16 auditor; at least one.
    /// @param signer The key of what members sign together, such as the roots of the list.
    /// @param key Ed25519 key of its requests and listings.
    struct Member {
        string institution;
        address voter;
        uint64 expiresAt;
        uint8 roles;
        address signer;
        bytes32 key;
    }

    /// @notice What a proposal does. A removal names the institution and leaves all else zero.
    enum Kind {
        Admit,
        Change,
        Remove
    }

    /// @notice A proposal and how it stands.
    /// @param deadline From this block time on it cannot be voted on or enacted any more.
    /// @param enacted Whether it took effect.
    /// @param kind What it does.
    /// @param member To whom, with the new keys, roles and term.
    struct Proposal {
        uint64 deadline;
        bool enacted;
        Kind kind;
        Member member;
    }

    /// @notice The institution's id must have 1 to 64 bytes.
    error ConsortiumInvalidInstitution(uint256 length);
    /// @notice Keys must not be zero; roles must be among the five and at least one.
    error ConsortiumInvalidMember(string institution);
    /// @notice A removal must name nothing but the institution.
    error ConsortiumInvalidRemoval(string institution);
    /// @notice The term must end in the future.
    error ConsortiumTermOver(string institution, uint64 expiresAt);
    /// @notice There is such a member; propose a change instead.
    error ConsortiumAlreadyMember(string institution);
    /// @notice No such member; propose to admit it.
    error ConsortiumNotMember(string institution);
    /// @notice Another member has this key.
    error ConsortiumKeyTaken(address key);
    /// @notice A consortium has 1 to 64 members.
    error ConsortiumSize(uint256 size);
    /// @notice The last member in good standing cannot be removed: nobody could vote any more.
    error ConsortiumLastMember(string institution);
    /// @notice The signature is valid, but its key is no member's, or signed another message than this one.
    error ConsortiumUnknownSigner(address signer);
    /// @notice The member's term is over: the others can vote it a new one.
    error ConsortiumExpiredMember(string institution, uint64 expiresAt);
    /// @notice The deadline must lie in the future, at most 90 days away.
    error ConsortiumInvalidDeadline(uint64 deadline);
    /// @notice No proposal has this number.
    error ConsortiumUnknownProposal(uint64 number);
    /// @notice The proposal took effect already.
    error ConsortiumEnacted(uint64 number);
    /// @notice The proposal's time is over; make a new one.
    error ConsortiumPastDeadline(uint64 number, uint64 deadline);
    /// @notice One member, one vote.
    error ConsortiumAlreadyVoted(uint64 number, string institution);
    /// @notice Fewer than it takes are for it.
    error ConsortiumNoMajority(uint256 given, uint256 needed);
    /// @notice Signers must ascend strictly.
    error ConsortiumNotAscending(address previous, address next);

    /// @notice A member joined, or has other keys, roles or another term now.
    event MemberSet(bytes32 indexed id, Member member);
    /// @notice A member left.
    event MemberRemoved(bytes32 indexed id, string institution);
    /// @notice There is a proposal, with its proposer's vote for it.
    event Proposed(uint64 indexed number, bytes32 indexed by, Kind kind, Member member, uint64 deadline);
    /// @notice A member voted.
    event Voted(uint64 indexed number, bytes32 indexed by, bool inFavour);
    /// @notice The proposal took effect.
    event Enacted(uint64 indexed number);

    /// @notice Proposes a change; its signer votes for it by proposing it.
    /// @param signature Of Proposal with the next number, by a member's voting key.
    function propose(Kind kind, Member calldata member_, uint64 deadline, bytes calldata signature)
        external
        returns (uint64 number);

    /// @notice Votes for or against a proposal, once.
    /// @param signature Of Vote, by a member's voting key.
    function vote(uint64 number, bool inFavour, bytes calldata signature) external;

    /// @notice Makes a proposal take effect; anyone can do it while a majority is for it and its deadline has not passed.
    function enact(uint64 number) external;

    /// @notice The consortium's name.
    function name() external view returns (string memory);

    /// @notice All members, those whose term is over among them.
    function members() external view returns (Member[] memory);

    /// @notice One member, by keccak256 of its institution's id; reverts when there is none.
    function member(bytes32 id) external view returns (Member memory);

    /// @notice How many changes there have been, so that a reader knows whether to read the members again.
    function changes() external view returns (uint64);

    /// @notice How many proposals there have been; the next Proposal message carries the number after it.
    function proposals() external view returns (uint64);

    /// @notice A proposal.
    function proposal(uint64 number) external view returns (Proposal memory);

    /// @notice How many members in good standing are for a proposal now, and how many it takes.
    function tally(uint64 number) external view returns (uint256 inFavour, uint256 needed);

    /// @notice Reverts unless more than half of the members in good standing signed `digest` with their signing keys.
    /// @dev The digest must be domain-separated by the caller; signers ascend.
    /// @return count How many signed. A caller that gets no count back has asked an address without this contract.
    function requireMajority(bytes32 digest, bytes[] calldata signatures) external view returns (uint256 count);
}
