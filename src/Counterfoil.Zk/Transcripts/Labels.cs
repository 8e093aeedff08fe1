namespace Counterfoil.Zk.Transcripts;

/// <summary>
/// The labels of all transcript messages, in the order in which they first occur. <c>docs/proofs.md</c> lists them with their contents.
/// </summary>
static class Labels
{
    public static ReadOnlySpan<byte> Protocol => "protocol"u8;
    public static ReadOnlySpan<byte> Model => "model"u8;
    public static ReadOnlySpan<byte> Root => "root"u8;
    public static ReadOnlySpan<byte> Shapes => "shapes"u8;
    public static ReadOnlySpan<byte> Input => "input"u8;
    public static ReadOnlySpan<byte> Output => "output"u8;
    public static ReadOnlySpan<byte> HiddenInput => "hidden-input"u8;
    public static ReadOnlySpan<byte> HiddenOutput => "hidden-output"u8;
    public static ReadOnlySpan<byte> Context => "context"u8;
    public static ReadOnlySpan<byte> Witness => "witness"u8;
    public static ReadOnlySpan<byte> FractionRoot => "fraction-root"u8;
    public static ReadOnlySpan<byte> FractionInverse => "fraction-inverse"u8;
    public static ReadOnlySpan<byte> FractionRound => "fraction-round"u8;
    public static ReadOnlySpan<byte> FractionLayer => "fraction-layer"u8;
    public static ReadOnlySpan<byte> Accumulators => "accumulators"u8;
    public static ReadOnlySpan<byte> MatrixRound => "matrix-round"u8;
    public static ReadOnlySpan<byte> ValuesRead => "values-read"u8;
    public static ReadOnlySpan<byte> WeightValues => "weight-values"u8;
    public static ReadOnlySpan<byte> OutputValue => "output-value"u8;
    public static ReadOnlySpan<byte> NeuronRound => "neuron-round"u8;
    public static ReadOnlySpan<byte> Columns => "columns"u8;
    public static ReadOnlySpan<byte> MergeRound => "merge-round"u8;
    public static ReadOnlySpan<byte> Weights => "weights"u8;
    public static ReadOnlySpan<byte> HiddenValues => "hidden-values"u8;
    public static ReadOnlySpan<byte> Products => "products"u8;
    public static ReadOnlySpan<byte> ProductRound => "product-round"u8;
    public static ReadOnlySpan<byte> ProductValue => "product-value"u8;
    public static ReadOnlySpan<byte> FactorRound => "factor-round"u8;
    public static ReadOnlySpan<byte> Factors => "factors"u8;
    public static ReadOnlySpan<byte> Parameters => "parameters"u8;
    public static ReadOnlySpan<byte> CellRound => "cell-round"u8;
    public static ReadOnlySpan<byte> OpeningValue => "opening-value"u8;
    public static ReadOnlySpan<byte> OpeningRow => "opening-row"u8;
    public static ReadOnlySpan<byte> OpeningSum => "opening-sum"u8;
    public static ReadOnlySpan<byte> ProductValues => "product-values"u8;
    public static ReadOnlySpan<byte> ProductFactors => "product-factors"u8;
    public static ReadOnlySpan<byte> PadValue => "pad-value"u8;
    public static ReadOnlySpan<byte> PadRow => "pad-row"u8;
    public static ReadOnlySpan<byte> FoldedRoot => "folded-root"u8;
    public static ReadOnlySpan<byte> FoldingRound => "folding-round"u8;
    public static ReadOnlySpan<byte> FoldedRow => "folded-row"u8;
    public static ReadOnlySpan<byte> Tensor => "tensor"u8;
    public static ReadOnlySpan<byte> Cells => "cells"u8;
    public static ReadOnlySpan<byte> Successor => "successor"u8;
    public static ReadOnlySpan<byte> OpeningMasks => "opening-masks"u8;
}
