using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Layout;

/// <summary>What is multiplied.</summary>
enum ProductKind
{
    /// <summary>Hidden weights and a value.</summary>
    Linear,

    /// <summary>Two matrices.</summary>
    Matrix,

    /// <summary>Two values, cell by cell.</summary>
    Cells,

    /// <summary>A quotient and its divisor.</summary>
    Quotient,

    /// <summary>A root with itself.</summary>
    Root,
}

/// <summary>
/// The products of one node, in the space of all products that no column holds. Products with weights and of matrices have one run of bits per dimension, so that
/// eq over the block is a tensor product; the others are flat.
/// </summary>
/// <remarks>
/// A linear map's cell (n, group, output in group, position) and a matrix product's (pair, row, column) stand at the concatenation of their numbers, each but the first
/// filled up to whole bits.
/// </remarks>
/// <param name="Kind">What is multiplied.</param>
/// <param name="Value">The value whose node it is.</param>
/// <param name="Offset">Where the block starts: a multiple of its size where it is a tensor product.</param>
/// <param name="Dimensions">From the slowest to the fastest.</param>
/// <param name="Factors">Where the node's pairs of factors start, in the space of factors; linear maps have none.</param>
sealed record ProductBlock(ProductKind Kind, int Value, int Offset, int[] Dimensions, int Factors)
{
    /// <summary>Variables of dimension <paramref name="index"/>.</summary>
    public int Variables(int index) => Multilinear.VariablesFor(Dimensions[index]);

    /// <summary>Variables of the block: of all its dimensions.</summary>
    public int BlockVariables => Dimensions.Sum(Multilinear.VariablesFor);

    /// <summary>Whether the block is a tensor product.</summary>
    public bool IsTensor => Kind is ProductKind.Linear or ProductKind.Matrix;

    /// <summary>Places that the block takes.</summary>
    public long Size => IsTensor ? 1L << BlockVariables : Dimensions[0];

    /// <summary>The dimensions of a node's products, or null when it has none of its own.</summary>
    public static (ProductKind, int[])? Of(Primitive node) => node switch
    {
        LinearMap m => (ProductKind.Linear, [m.Window.N, m.Groups, m.Outputs / m.Groups, m.Window.Positions]),
        MatrixProduct p => (ProductKind.Matrix, [p.Batch, p.M, p.N]),
        CellProduct p => (ProductKind.Cells, [p.Cells]),
        Quotient q => (ProductKind.Quotient, [q.Cells]),
        SquareRoot r => (ProductKind.Root, [r.Cells]),
        _ => null,
    };

    /// <summary>Pairs of factors of a node.</summary>
    public static long FactorsOf(Primitive node) => node switch { MatrixProduct p => (long)p.Batch * p.K, LinearMap => 0, _ => node.Length };

    /// <summary>The place of every product, in order of the cells of the value.</summary>
    public int[] Places()
    {
        var places = new int[Dimensions.Aggregate(1, (a, b) => a * b)];
        int inner = Dimensions[^1];
        Span<int> at = stackalloc int[Dimensions.Length];
        at.Clear();
        for (int number = 0; number < places.Length; number += inner)
        {
            int place = 0;
            for (int d = 0; d < at.Length; d++) place = (place << Variables(d)) + at[d];
            for (int i = 0; i < inner; i++) places[number + i] = Offset + place + i;
            for (int d = at.Length - 2; d >= 0 && ++at[d] == Dimensions[d]; d--) at[d] = 0;
        }
        return places;
    }
}
