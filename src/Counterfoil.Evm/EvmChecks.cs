using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm;

/// <summary>Every check this room makes on what a stranger sends, by its stable identifier.</summary>
public static class EvmChecks
{
    /// <summary>The input is within the limits of bytes, depth and count.</summary>
    public static readonly Check RlpLimit = new("rlp.limit");
    /// <summary>Each item has its one canonical encoding.</summary>
    public static readonly Check RlpCanonical = new("rlp.canonical");
    /// <summary>No length points beyond the input or the enclosing list.</summary>
    public static readonly Check RlpLength = new("rlp.length");
    /// <summary>An item is a string or a list, as its place requires.</summary>
    public static readonly Check RlpItemKind = new("rlp.item-kind");
    /// <summary>An item has the size its place requires.</summary>
    public static readonly Check RlpItemSize = new("rlp.item-size");
    /// <summary>A list has as many items as its place requires.</summary>
    public static readonly Check RlpItemCount = new("rlp.item-count");
    /// <summary>Nothing follows the encoding.</summary>
    public static readonly Check RlpTrailing = new("rlp.trailing");
}
