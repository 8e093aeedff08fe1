using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.DevChain.Rpc;

/// <summary>Which logs <c>eth_getLogs</c> is asked for: by block, by emitter, and by topic at each place.</summary>
sealed record RpcLogFilter
{
    const int MaxAlternatives = 1_000;

    public BlockSelector From { get; private init; }
    public BlockSelector To { get; private init; }
    public Keccak256Digest? BlockHash { get; private init; }
    List<Address> Addresses { get; init; } = [];
    /// <summary>For each place, the topics any of which will do; an empty list is any topic.</summary>
    List<List<Bytes32>> Topics { get; init; } = [];

    /// <summary>Whether a block lies in the range that was given by numbers; a tag leaves its side open.</summary>
    public bool Covers(ulong block) => block >= (From.Number ?? 0) && block <= (To.Number ?? ulong.MaxValue);

    public bool Matches(LogEntry log)
    {
        if (Addresses.Count > 0 && !Addresses.Contains(log.Address)) return false;
        if (log.Topics.Count < Topics.Count) return false;
        for (int i = 0; i < Topics.Count; i++)
            if (Topics[i].Count > 0 && !Topics[i].Contains(log.Topics[i])) return false;
        return true;
    }

    /// <summary>False only where no log of the block can match: the bloom filter never says no wrongly.</summary>
    public bool MayMatch(Bloom bloom)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        bool any = Addresses.Count == 0;
        foreach (var address in Addresses)
        {
            address.CopyTo(bytes);
            any |= bloom.MayContain(bytes[..Address.Size]);
        }
        if (!any) return false;
        foreach (var alternatives in Topics)
        {
            any = alternatives.Count == 0;
            foreach (var topic in alternatives)
            {
                topic.CopyTo(bytes);
                any |= bloom.MayContain(bytes);
            }
            if (!any) return false;
        }
        return true;
    }

    public static RpcLogFilter Read(RpcParameters parameters, int index)
    {
        var json = parameters.Object(index);
        var filter = new RpcLogFilter();
        if (parameters.Error is not null) return filter;
        BlockSelector from = BlockSelector.Latest, to = BlockSelector.Latest;
        if (Present(json, "fromBlock", out var value) && !RpcParameters.TryBlock(value, out from)) parameters.Fail("fromBlock is no block");
        if (Present(json, "toBlock", out value) && !RpcParameters.TryBlock(value, out to)) parameters.Fail("toBlock is no block");
        Keccak256Digest? hash = null;
        if (Present(json, "blockHash", out value))
        {
            if (RpcParameters.TryHash(value, out var read)) hash = new Keccak256Digest(read);
            else parameters.Fail("blockHash is no hash");
        }
        var addresses = new List<Address>();
        if (Present(json, "address", out value))
            foreach (var item in OneOrMany(value, parameters, "address"))
            {
                if (RpcParameters.TryAddress(item, out var address)) addresses.Add(address);
                else parameters.Fail("address is no address");
            }
        var topics = new List<List<Bytes32>>();
        if (Present(json, "topics", out value))
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > LogEntry.MaxTopics) parameters.Fail("topics is no array of at most four");
            else foreach (var place in value.EnumerateArray()) topics.Add(ReadPlace(place, parameters));
        }
        return filter with { From = from, To = to, BlockHash = hash, Addresses = addresses, Topics = topics };
    }

    static List<Bytes32> ReadPlace(JsonElement place, RpcParameters parameters)
    {
        var alternatives = new List<Bytes32>();
        if (place.ValueKind == JsonValueKind.Null) return alternatives;
        foreach (var item in OneOrMany(place, parameters, "topics"))
        {
            if (RpcParameters.TryHash(item, out var topic)) alternatives.Add(topic);
            else parameters.Fail("a topic is no 32 bytes");
        }
        return alternatives;
    }

    static bool Present(JsonElement json, string name, out JsonElement value) =>
        json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    static List<JsonElement> OneOrMany(JsonElement value, RpcParameters parameters, string name)
    {
        if (value.ValueKind != JsonValueKind.Array) return [value];
        if (value.GetArrayLength() <= MaxAlternatives) return [.. value.EnumerateArray()];
        parameters.Fail($"{name} has more than {MaxAlternatives} alternatives");
        return [];
    }
}
