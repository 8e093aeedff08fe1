using System.Collections.Generic;
using Counterfoil.Evm.Generator.Model;

namespace Counterfoil.Evm.Generator.Writing;

/// <summary>Types of the ABI as C# has them, and the expressions between them and the run-time library's values. A contract's own names shadow no type: all are written from the root.</summary>
sealed class TypeWriter(IReadOnlyDictionary<string, string> structs)
{
    public const string Evm = "global::Counterfoil.Evm.", Abi = Evm + "Abi.", Contracts = Evm + "Contracts.", Digests = "global::Counterfoil.Core.Digests.";

    /// <summary>The C# type of a parameter.</summary>
    public string Of(ParameterModel parameter) => parameter.IsHashed ? Digests + "Keccak256Digest" : Of(parameter.Type);

    /// <summary>The C# type.</summary>
    public string Of(TypeModel type) => type switch
    {
        TypeModel.Elementary { Kind: "uint", Size: var bits } => bits switch { <= 8 => "byte", <= 16 => "ushort", <= 32 => "uint", <= 64 => "ulong", _ => Evm + "UInt256" },
        TypeModel.Elementary { Kind: "int", Size: var bits } => bits switch { <= 8 => "sbyte", <= 16 => "short", <= 32 => "int", <= 64 => "long", _ => "global::System.Numerics.BigInteger" },
        TypeModel.Elementary { Kind: "address" } => Evm + "Address",
        TypeModel.Elementary { Kind: "bool" } => "bool",
        TypeModel.Elementary { Kind: "string" } => "string",
        TypeModel.Elementary { Size: 32 } => Digests + "Bytes32",
        TypeModel.Elementary => Abi + "AbiBytes",
        TypeModel.Array { Element: var element } => $"{Abi}AbiArray<{Of(element)}>",
        TypeModel.Struct { Definition: var definition } => structs[definition.Identity],
        _ => throw new System.InvalidOperationException(type.Canonical),
    };

    /// <summary>Reads a parameter out of the decoder's value, which is one of its type.</summary>
    public string Read(ParameterModel parameter, string value) => parameter.IsHashed ? $"new {Digests}Keccak256Digest({value}.AsBytes32)" : Read(parameter.Type, value, 1);

    string Read(TypeModel type, string value, int depth) => type switch
    {
        TypeModel.Elementary { Kind: "uint", Size: 64 } => $"{value}.AsNumber.U0",
        TypeModel.Elementary { Kind: "uint", Size: < 64 } => $"({Of(type)}){value}.AsNumber.U0",
        TypeModel.Elementary { Kind: "uint" } => $"{value}.AsNumber",
        TypeModel.Elementary { Kind: "int", Size: <= 64 } => $"({Of(type)}){value}.AsSigned",
        TypeModel.Elementary { Kind: "int" } => $"{value}.AsSigned",
        TypeModel.Elementary { Kind: "address" } => $"{value}.AsAddress",
        TypeModel.Elementary { Kind: "bool" } => $"{value}.AsBool",
        TypeModel.Elementary { Kind: "string" } => $"{value}.AsText",
        TypeModel.Elementary { Size: 32 } => $"{value}.AsBytes32",
        TypeModel.Elementary { Size: 0 } => $"new {Abi}AbiBytes({value}.AsBytes)",
        TypeModel.Elementary { Size: var count } => $"{Abi}AbiBytes.FromWord({value}.AsBytes32, {count})",
        TypeModel.Array { Element: var element } => $"{Abi}AbiArray.Read({value}, static x{depth} => {Read(element, $"x{depth}", depth + 1)})",
        _ => $"{Contracts}ContractRecord.Read<{Of(type)}>({value})",
    };

    /// <summary>Writes a parameter as a value to encode.</summary>
    public static string Write(ParameterModel parameter, string value) => parameter.IsHashed ? value : Write(parameter.Type, value, 1);

    static string Write(TypeModel type, string value, int depth) => type switch
    {
        TypeModel.Elementary { Kind: "uint", Size: <= 64 } => $"(ulong){value}",
        TypeModel.Elementary { Kind: "int" } => $"{Abi}AbiValue.Signed({value})",
        TypeModel.Elementary { Kind: "bytes", Size: 0 } => $"{value}.Memory",
        TypeModel.Elementary { Kind: "bytes", Size: < 32 and var count } => $"{value}.ToWord({count})",
        TypeModel.Array { Element: var element } => $"{Abi}AbiArray.Write({value}, static x{depth} => {Write(element, $"x{depth}", depth + 1)})",
        TypeModel.Struct => $"{Contracts}ContractRecord.Write({value})",
        _ => value,
    };
}
