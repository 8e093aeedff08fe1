using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Blocks;

/// <summary>What a contract wrote down while it ran (yellow paper §4.3.1): an event, in Solidity's words.</summary>
/// <param name="Address">The contract that wrote it. Anyone may deploy a contract that writes the same topics: the emitter is half of the meaning.</param>
/// <param name="Topics">At most four words; the first names the event, unless it is anonymous.</param>
/// <param name="Data">The arguments that are not topics.</param>
public sealed record LogEntry(Address Address, IReadOnlyList<Bytes32> Topics, ReadOnlyMemory<byte> Data)
{
    /// <summary>The most topics an entry has: LOG0 to LOG4.</summary>
    public const int MaxTopics = 4;

    internal void Write(RlpWriter rlp)
    {
        rlp.BeginList();
        rlp.Write(Address);
        rlp.BeginList();
        foreach (var topic in Topics) rlp.Write(topic);
        rlp.EndList();
        rlp.Write(Data.Span);
        rlp.EndList();
    }

    internal static LogEntry Read(ref RlpReader rlp)
    {
        rlp.BeginList();
        var address = rlp.ReadAddress();
        var topics = new List<Bytes32>(MaxTopics);
        rlp.BeginList();
        while (rlp.HasMore && topics.Count < MaxTopics) topics.Add(rlp.ReadBytes32());
        rlp.EndList();
        byte[] data = rlp.ReadBytes().ToArray();
        rlp.EndList();
        return new LogEntry(address, topics, data);
    }
}
