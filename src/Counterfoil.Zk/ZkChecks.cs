using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk;

/// <summary>Every check of this room. A proof is refused by the first that fails.</summary>
public static class ZkChecks
{
    /// <summary>The committed model is one canonical encoding: version, fields in range, nothing missing, nothing after it.</summary>
    public static readonly Check ModelEncoding = new("model.encoding");

    /// <summary>The graph has only supported operators, its shapes agree, and its size is within the limits.</summary>
    public static readonly Check ModelGraph = new("model.graph");

    /// <summary>No value of the integer arithmetic can leave the range in which equality modulo p is equality of integers (rule D).</summary>
    public static readonly Check ModelRange = new("model.range");

    /// <summary>Every round of both proofs has at least 100 bits under the model's commitment parameters (rule A).</summary>
    public static readonly Check ModelSecurity = new("model.security");

    /// <summary>A model whose weights, or hidden tensors, have masks has as many in every row as its proofs will ever open columns, and room for them in its code.</summary>
    public static readonly Check ModelHiding = new("model.hiding");

    /// <summary>The statement's input and output have the graph's lengths, and each cell is in the range that the graph gives it.</summary>
    public static readonly Check Statement = new("proof.statement");

    /// <summary>The model's registration proof was verified before: without it nothing follows from a proof.</summary>
    public static readonly Check Registration = new("proof.registration");

    /// <summary>The proof has exactly the expected bytes, and every field element in it is its least residue.</summary>
    public static readonly Check Encoding = new("proof.encoding");

    /// <summary>The two halves of the fractional sum cancel: every looked-up tuple is in its table.</summary>
    public static readonly Check Lookup = new("proof.lookup");

    /// <summary>The fractional sum's common denominator is not zero.</summary>
    public static readonly Check LookupDenominator = new("proof.lookup.denominator");

    /// <summary>Each layer of the fractional sum follows from the layer below it.</summary>
    public static readonly Check LookupLayer = new("proof.lookup.layer");

    /// <summary>The accumulators are the products of the committed weights and the values read.</summary>
    public static readonly Check MatrixProduct = new("proof.matrix");

    /// <summary>The committed columns satisfy every relation that the sum over cells was asked: every primitive's demand, lookups, values read, input and output.</summary>
    public static readonly Check Sumcheck = new("proof.sumcheck");

    /// <summary>The products' values are what their sum-check ended with.</summary>
    public static readonly Check Products = new("proof.products");

    /// <summary>The factors' values multiply to what their sum-check ended with.</summary>
    public static readonly Check Factors = new("proof.factors");

    /// <summary>The opened row combination has the claimed value.</summary>
    public static readonly Check OpeningValue = new("proof.commitment.value");

    /// <summary>The opened row combination agrees with every queried column.</summary>
    public static readonly Check Opening = new("proof.commitment.opening");

    /// <summary>The queried columns lie under the committed Merkle root.</summary>
    public static readonly Check Path = new("proof.commitment.path");

    /// <summary>The hidden messages, taken off their pads, satisfy every relation of the protocol: in a hiding proof this check stands for all of those.</summary>
    public static readonly Check Pads = new("proof.pads");

    /// <summary>The opened row of pads agrees with every queried column.</summary>
    public static readonly Check PadOpening = new("proof.pads.opening");

    /// <summary>A hidden input or output is committed for the graph's length in the model's code, and a proof about it has room for its pads and 100 bits in every round.</summary>
    public static readonly Check Hidden = new("proof.hidden");

    /// <summary>No rows are chosen by an input that is hidden.</summary>
    public static readonly Check HiddenRows = new("proof.hidden.rows");

    /// <summary>Short schedule: the queried runs of a folded codeword lie under its Merkle root.</summary>
    public static readonly Check FoldingPath = new("proof.folding.path");

    /// <summary>Short schedule: the last vector agrees with every queried run of the codeword that it was folded from.</summary>
    public static readonly Check FoldingOpening = new("proof.folding.opening");

    /// <summary>Short schedule: the last vector has the values claimed of it: of the opened rows, their symbols in the queried columns, and every queried run before the last.</summary>
    public static readonly Check FoldingValue = new("proof.folding.value");

    /// <summary>The old root and the new have rows with the same weights.</summary>
    public static readonly Check Successor = new("proof.successor");
}
