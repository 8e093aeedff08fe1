using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Abi;

/// <summary>A function of a contract, or an error it reverts with: both are a selector and arguments.</summary>
public sealed class AbiFunction
{
    readonly byte[] selector;
    readonly AbiType[] inputTypes, outputTypes;

    /// <summary>Reads a declaration: <c>transfer(address to, uint256 value) returns (bool)</c>.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public AbiFunction(string declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        AbiSignature.Parse(declaration, out string name, out var inputs, out var outputs);
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        Signature = AbiSignature.Canonical(name, inputs);
        selector = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Signature)).ToArray()[..4];
        inputTypes = [.. inputs.Select(i => i.Type)];
        outputTypes = [.. outputs.Select(o => o.Type)];
    }

    /// <summary>The name without arguments.</summary>
    public string Name { get; }
    /// <summary>The arguments.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }
    /// <summary>What it returns.</summary>
    public IReadOnlyList<AbiParameter> Outputs { get; }
    /// <summary>The name with canonical types: what the selector hashes.</summary>
    public string Signature { get; }
    /// <summary>The first four bytes of the signature's Keccak-256 digest.</summary>
    public ReadOnlySpan<byte> Selector => selector;

    /// <summary>The data of a call: the selector and the arguments.</summary>
    /// <exception cref="ArgumentException">A value is not one of its type.</exception>
    public byte[] EncodeCall(params AbiValue[] arguments) => AbiCodec.Encode(selector, inputTypes, arguments);

    /// <summary>Reads the arguments of a call to this function from a stranger.</summary>
    public Verdict DecodeCall(ReadOnlySpan<byte> data, out IReadOnlyList<AbiValue> arguments)
    {
        arguments = [];
        if (data.Length >= 4 && data[..4].SequenceEqual(selector)) return AbiCodec.Decode(inputTypes, data[4..], out arguments);
        return Verdict.Reject(EvmChecks.AbiSelector, $"a call of {Signature}", data.Length < 4 ? $"{data.Length} bytes" : Convert.ToHexStringLower(data[..4]));
    }

    /// <summary>Reads what a call returned.</summary>
    public Verdict DecodeResult(ReadOnlySpan<byte> data, out IReadOnlyList<AbiValue> results) => AbiCodec.Decode(outputTypes, data, out results);

    /// <summary>The data that a call returns with.</summary>
    /// <exception cref="ArgumentException">A value is not one of its type.</exception>
    public byte[] EncodeResult(params AbiValue[] results) => AbiCodec.Encode(outputTypes, results);

    /// <inheritdoc/>
    public override string ToString() => Signature;
}
