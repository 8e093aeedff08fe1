using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

/// <summary>Reads the positional parameters of a request from a stranger. The first that is wrong sticks as <see cref="Error"/>; what is read after it is a default.</summary>
sealed class RpcParameters(JsonElement? parameters)
{
    readonly JsonElement? parameters = parameters;

    /// <summary>The first failure.</summary>
    public RpcError? Error { get; private set; }

    /// <summary>The connection it came by, if that is one that can be told of what happens later.</summary>
    public JsonRpcSession? Session { get; init; }

    public int Count => parameters is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : 0;

    bool TryGet(int index, out JsonElement value)
    {
        value = default;
        if (index >= Count) return false;
        value = parameters!.Value[index];
        return value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);
    }

    public void Fail(string why) => Error ??= RpcError.InvalidParameters(why);

    void Fail(int index, string expected, JsonElement? found) => Fail($"parameter {index}: expected {expected}, got {Describe(found)}");

    // Enough of a wrong value to recognise it by, and never a megabyte of it.
    static string Describe(JsonElement? value)
    {
        if (value is not { } element) return "nothing";
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return element.ValueKind.ToString().ToLowerInvariant();
        string text = element.GetRawText();
        return text.Length <= 80 ? text : $"{text.AsSpan(0, 80)}…";
    }

    public bool Has(int index) => TryGet(index, out _);

    public JsonElement Object(int index)
    {
        if (TryGet(index, out var value) && value.ValueKind == JsonValueKind.Object) return value;
        Fail(index, "an object", index < Count ? value : null);
        return default;
    }

    public Address Address(int index)
    {
        if (TryGet(index, out var value) && TryAddress(value, out var address)) return address;
        Fail(index, "an address of 20 bytes", index < Count ? value : null);
        return default;
    }

    public Bytes32 Hash(int index)
    {
        if (TryGet(index, out var value) && TryHash(value, out var hash)) return hash;
        Fail(index, "a hash of 32 bytes", index < Count ? value : null);
        return default;
    }

    public byte[] Data(int index)
    {
        if (TryGet(index, out var value) && TryData(value, out var data)) return data;
        Fail(index, "hexadecimal data", index < Count ? value : null);
        return [];
    }

    public UInt256 Quantity(int index)
    {
        if (TryGet(index, out var value) && TryQuantity(value, out var quantity)) return quantity;
        Fail(index, "a quantity such as \"0x1\"", index < Count ? value : null);
        return default;
    }

    public ulong UInt64(int index)
    {
        var quantity = Quantity(index);
        if (!quantity.IsUInt64) Fail(index, "a quantity below 2^64", parameters!.Value[index]);
        return quantity.U0;
    }

    public bool Bool(int index)
    {
        if (TryGet(index, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.ValueKind == JsonValueKind.True;
        Fail(index, "true or false", index < Count ? value : null);
        return false;
    }

    /// <summary>A storage slot: a quantity, or the 32 bytes that many clients send.</summary>
    public UInt256 Slot(int index)
    {
        if (TryGet(index, out var value) && TrySlot(value, out var slot)) return slot;
        Fail(index, "a storage slot", index < Count ? value : null);
        return default;
    }

    /// <summary>A word of a closed vocabulary; null where it is missing.</summary>
    public string? Word(int index)
    {
        if (TryGet(index, out var value) && value.ValueKind == JsonValueKind.String) return value.GetString();
        Fail(index, "a name", index < Count ? value : null);
        return null;
    }

    /// <summary>Storage slots, each with the text it was asked for by.</summary>
    public IReadOnlyList<(string Text, UInt256 Slot)> Slots(int index)
    {
        const int MaxSlots = 1_000;
        var slots = new List<(string, UInt256)>();
        if (TryGet(index, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MaxSlots)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (TrySlot(item, out var slot)) slots.Add((item.ValueKind == JsonValueKind.String ? item.GetString()! : slot.ToHex(), slot));
                else Fail(index, "storage slots", item);
            }
            return slots;
        }
        Fail(index, $"at most {MaxSlots} storage slots", index < Count ? value : null);
        return slots;
    }

    public static bool TrySlot(string text, out UInt256 slot)
    {
        slot = default;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length is < 3 or > 66) return false;
        return UInt256.TryParseHex($"0x{(text.AsSpan(2).TrimStart('0') is { Length: > 0 } digits ? digits : "0")}", out slot);
    }

    /// <summary>Signed transactions, each with the number of the block of a reorg that it goes into.</summary>
    public IReadOnlyList<ReorgTransaction> Pairs(int index)
    {
        const int MaxPairs = 10_000;
        var pairs = new List<ReorgTransaction>();
        if (!TryGet(index, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxPairs)
        {
            Fail(index, $"at most {MaxPairs} pairs of a signed transaction and a block's number", index < Count ? list : null);
            return pairs;
        }
        foreach (var pair in list.EnumerateArray())
        {
            if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 && TryData(pair[0], out byte[]? raw) && TryQuantity(pair[1], out var block) && block <= int.MaxValue)
                pairs.Add(new ReorgTransaction(raw, (int)block.U0));
            else Fail(index, "pairs of a signed transaction and a block's number", pair);
        }
        return pairs;
    }

    public static bool TrySlot(JsonElement value, out UInt256 slot)
    {
        if (TryQuantity(value, out slot)) return true;
        if (!TryData(value, out var data) || data.Length is 0 or > 32) return false;
        slot = UInt256.ReadBigEndian(data);
        return true;
    }

    /// <summary>A block: a tag, a number, or an object with a number or a hash (EIP-1898). Absent stands for the latest.</summary>
    public BlockSelector Block(int index)
    {
        if (!TryGet(index, out var value)) return BlockSelector.Latest;
        if (TryBlock(value, out var selector)) return selector;
        Fail(index, "a block number, tag or hash", value);
        return BlockSelector.Latest;
    }

    /// <summary>Whether the block asked for is the one that is still to come.</summary>
    public bool IsPending(int index) => TryGet(index, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals("pending");

    /// <summary>As <see cref="Block"/>, and a bare hash as well.</summary>
    public BlockSelector HashOrBlock(int index) =>
        TryGet(index, out var value) && TryHash(value, out var hash) ? new BlockSelector(null, new Keccak256Digest(hash)) : Block(index);

    /// <summary>At most a hundred numbers from 0 to 100 that do not fall; absent stands for none.</summary>
    public IReadOnlyList<double> Percentiles(int index)
    {
        if (!TryGet(index, out var value)) return [];
        var percentiles = new List<double>();
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= 100)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out double number) || number is not (>= 0 and <= 100)) break;
                if (percentiles.Count > 0 && number < percentiles[^1]) break;
                percentiles.Add(number);
            }
            if (percentiles.Count == value.GetArrayLength()) return percentiles;
        }
        Fail(index, "rising percentiles", value);
        return [];
    }

    public static bool TryBlock(JsonElement value, out BlockSelector selector)
    {
        selector = BlockSelector.Latest;
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.TryGetProperty("blockHash", out var hashed) && TryHash(hashed, out var hash)) selector = new BlockSelector(null, new Keccak256Digest(hash));
            else if (value.TryGetProperty("blockNumber", out var numbered) && TryQuantity(numbered, out var at) && at.IsUInt64) selector = new BlockSelector(at.U0, null);
            else return false;
            return true;
        }
        if (value.ValueKind == JsonValueKind.String)
        {
            switch (value.GetString())
            {
                // One block is final as soon as it is made here, so these four are one.
                case "latest" or "pending" or "safe" or "finalized": return true;
                case "earliest":
                    selector = new BlockSelector(0, null);
                    return true;
            }
        }
        if (!TryQuantity(value, out var number) || !number.IsUInt64) return false;
        selector = new BlockSelector(number.U0, null);
        return true;
    }

    public static bool TryAddress(JsonElement value, out Address address)
    {
        address = default;
        return value.ValueKind == JsonValueKind.String && Evm.Address.TryParse(value.GetString(), out address);
    }

    public static bool TryHash(JsonElement value, out Bytes32 hash)
    {
        hash = default;
        if (!TryData(value, out var bytes) || bytes.Length != Bytes32.Size) return false;
        hash = new Bytes32(bytes);
        return true;
    }

    public static bool TryData(JsonElement value, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        if (value.ValueKind != JsonValueKind.String) return false;
        string text = value.GetString()!;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) return false;
        data = new byte[text.Length / 2 - 1];
        return Convert.FromHexString(text.AsSpan(2), data, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>A quantity, or a JSON number, which the <c>evm_</c> methods have always taken.</summary>
    public static bool TryQuantity(JsonElement value, out UInt256 quantity)
    {
        quantity = default;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetUInt64(out ulong number)) return false;
            quantity = number;
            return true;
        }
        return value.ValueKind == JsonValueKind.String && UInt256.TryParseHex(value.GetString(), out quantity);
    }
}

/// <summary>Which block a request is about: by number, by hash, or the latest.</summary>
readonly record struct BlockSelector(ulong? Number, Keccak256Digest? Hash)
{
    public static BlockSelector Latest => default;

    public override string ToString() => Hash is { } hash ? $"0x{hash}" : Number?.ToString(CultureInfo.InvariantCulture) ?? "latest";
}
