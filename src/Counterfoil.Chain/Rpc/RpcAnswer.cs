using System.Buffers;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Rpc;

/// <summary>A piece of an endpoint's answer. Reading what is not there, or is something else, throws a <see cref="ChainException"/> that says which field.</summary>
readonly struct RpcAnswer(JsonElement json, string method, JsonRpcConnection connection, string path = "result")
{
    public bool IsNull => json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public ChainException Wrong(string expected) => connection.Wrong(method, $"{path} is not {expected}");

    /// <summary>A failure of the whole answer, in words of its own.</summary>
    public ChainException Contradiction(string what) => connection.Wrong(method, what);

    public RpcAnswer this[string name] =>
        json.ValueKind != JsonValueKind.Object ? throw Wrong("an object")
        : new RpcAnswer(json.TryGetProperty(name, out var value) ? value : default, method, connection, $"{path}.{name}");

    public IEnumerable<RpcAnswer> Items
    {
        get
        {
            if (json.ValueKind != JsonValueKind.Array) throw Wrong("an array");
            var (from, asked, by) = (path, method, connection);
            return json.EnumerateArray().Select((item, index) => new RpcAnswer(item, asked, by, $"{from}[{index}]"));
        }
    }

    public bool IsText => json.ValueKind == JsonValueKind.String;

    public string RawText => IsNull ? "null" : json.GetRawText();

    public string Text => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong("a string");

    public bool Flag => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.ValueKind == JsonValueKind.True : throw Wrong("true or false");

    public UInt256 Quantity => json.ValueKind == JsonValueKind.String && UInt256.TryParseHex(json.GetString(), out var value) ? value : throw Wrong("a quantity");

    public ulong UInt64 => Quantity is { IsUInt64: true } value ? value.U0 : throw Wrong("a quantity below 2^64");

    public byte[] Data => TryData(json, out byte[]? data) ? data! : throw Wrong("hexadecimal data");

    public byte[] Exactly(int length) => Data is { } data && data.Length == length ? data : throw Wrong($"{length} bytes");

    public Bytes32 Hash => new(Exactly(Bytes32.Size));

    public Keccak256Digest Digest => new(Hash);

    // Not Address.TryParse: an endpoint's capitals are its own affair.
    public Address Address => new(Exactly(Address.Size));

    public T? Optional<T>(Func<RpcAnswer, T> read) where T : struct => IsNull ? null : read(this);

    public static bool TryData(JsonElement json, out byte[]? data)
    {
        data = null;
        if (json.ValueKind != JsonValueKind.String) return false;
        string text = json.GetString()!;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) return false;
        data = new byte[text.Length / 2 - 1];
        return Convert.FromHexString(text.AsSpan(2), data, out _, out _) == OperationStatus.Done;
    }
}
