using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Abi;

/// <summary>Encodes and decodes arguments by the contract ABI, as <c>abi.encode</c> does.</summary>
public static class AbiCodec
{
    /// <summary>The most bytes that are decoded.</summary>
    public const int MaxLength = 1 << 22;

    /// <summary>The values one after the other, heads first, tails in order.</summary>
    /// <exception cref="ArgumentException">A value is not one of its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, params IReadOnlyList<AbiValue> values) => Encode(default, types, values);

    internal static byte[] Encode(ReadOnlySpan<byte> prefix, IReadOnlyList<AbiType> types, IReadOnlyList<AbiValue> values)
    {
        var encoder = new AbiEncoder(prefix);
        encoder.WriteSequence(new AbiType.Tuple(types), values);
        return encoder.ToArray();
    }

    /// <summary>
    /// Reads values from a stranger. Only what <see cref="Encode(IReadOnlyList{AbiType}, IReadOnlyList{AbiValue})"/> would give is read: clean padding, tails in order, nothing left over.
    /// Solidity's own decoder is laxer; nobody who means well needs that.
    /// </summary>
    public static Verdict Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> bytes, out IReadOnlyList<AbiValue> values)
    {
        values = [];
        if (bytes.Length > MaxLength) return Verdict.Reject(EvmChecks.AbiLimit, $"at most {MaxLength} bytes", $"{bytes.Length}");
        var decoder = new AbiDecoder(bytes);
        var type = new AbiType.Tuple(types);
        int end = 0;
        var read = decoder.ReadSequence(type, types.Count, 0, ref end);
        if (decoder.Failure is null && end != bytes.Length) return Verdict.Reject(EvmChecks.AbiLength, $"{end} bytes", $"{bytes.Length}");
        if (decoder.Failure is { } failure) return failure;
        values = read;
        return Verdict.Accept;
    }
}
