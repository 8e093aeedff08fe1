using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Chain.Indexing;

/// <summary>Which events an index holds. Fixed for its life: another filter is another index.</summary>
public sealed record LogFilter
{
    /// <summary>The first block.</summary>
    public required ulong FirstBlock { get; init; }
    /// <summary>The emitters; any if empty.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];
    /// <summary>The first topics, which name the events; any if empty.</summary>
    public IReadOnlyList<Bytes32> Events { get; init; } = [];

    /// <summary>Whether an entry belongs into the index.</summary>
    public bool Takes(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (Addresses.Count == 0 || Addresses.Contains(entry.Address)) && (Events.Count == 0 || (entry.Topics.Count > 0 && Events.Contains(entry.Topics[0])));
    }

    /// <summary>False where a block's filter shows that it has no such entry.</summary>
    public bool MayBeIn(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (header.LogsBloom.Bytes.IndexOfAnyExcept((byte)0) < 0) return false;
        return (Addresses.Count == 0 || Addresses.Any(address => header.LogsBloom.MayContain(address.ToArray())))
            && (Events.Count == 0 || Events.Any(topic => header.LogsBloom.MayContain(topic.ToArray())));
    }

    internal LogQuery Query(ulong from, ulong to) => new() { FromBlock = from, ToBlock = to, Addresses = Addresses, Topics = Events.Count == 1 ? [Events[0]] : [] };
}
