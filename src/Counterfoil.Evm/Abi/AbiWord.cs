namespace Counterfoil.Evm.Abi;

/// <summary>Which words stand for a value of a type: the rest is padding that must be clean.</summary>
static class AbiWord
{
    public static bool IsClean(AbiType type, UInt256 word) => type switch
    {
        AbiType.UInt { Bits: var bits } => word.BitLength <= bits,
        AbiType.Int { Bits: var bits } => UInt256.SignExtend(bits / 8 - 1, word) == word,
        AbiType.Account => word.BitLength <= 160,
        AbiType.Bool => word <= 1,
        AbiType.FixedBytes { Count: var count } => (word << (8 * count)).IsZero,
        _ => false,
    };
}
