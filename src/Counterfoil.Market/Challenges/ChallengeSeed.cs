using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Market.Challenges;

/// <summary>What a hardware challenge's matrices are spelled out from. It is this challenge's on this chain alone, so that no answer serves twice.</summary>
/// <param name="Value">The 32 bytes that <c>Challenges.draw</c> writes down.</param>
public readonly record struct ChallengeSeed(Bytes32 Value)
{
    /// <summary>The seed that contracts/src/Challenges.sol draws.</summary>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="contract">The contract's address.</param>
    /// <param name="challengeId">The challenge's number.</param>
    /// <param name="beacon">The hash of the challenge's beacon block.</param>
    public static ChallengeSeed Derive(ulong chainId, Address contract, UInt256 challengeId, Bytes32 beacon) =>
        new(Words(Domains.ChallengeSeed, new Bytes32(((UInt256)chainId).ToBigEndian()), new Bytes32(contract.ToWord().ToBigEndian()), new Bytes32(challengeId.ToBigEndian()), beacon));

    /// <summary>Keccak-256 of a domain, filled with zeros to a word, and more words: what <c>keccak256(abi.encode(…))</c> is.</summary>
    internal static Bytes32 Words(ReadOnlySpan<byte> domain, params ReadOnlySpan<Bytes32> words)
    {
        Debug.Assert(domain.Length <= Bytes32.Size && words.Length <= 4);
        Span<byte> input = stackalloc byte[5 * Bytes32.Size];
        input.Clear();
        domain.CopyTo(input);
        for (int i = 0; i < words.Length; i++) words[i].CopyTo(input[((i + 1) * Bytes32.Size)..]);
        return Keccak256.Hash(input[..((words.Length + 1) * Bytes32.Size)]).Value;
    }

    internal static Bytes32 Word(int value) => new(((UInt256)(ulong)value).ToBigEndian());
}
