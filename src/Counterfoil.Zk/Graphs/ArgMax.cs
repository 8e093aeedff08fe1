using System.Numerics;

namespace Counterfoil.Zk.Graphs;

/// <summary>The class that a classifier's output names.</summary>
public static class ArgMax
{
    /// <summary>The index of the largest cell, the first of equals.</summary>
    /// <exception cref="ArgumentException"><paramref name="cells"/> is empty.</exception>
    public static int Of<T>(ReadOnlySpan<T> cells) where T : INumber<T>
    {
        if (cells.IsEmpty) throw new ArgumentException("there is no largest of none", nameof(cells));
        int best = 0;
        for (int i = 1; i < cells.Length; i++)
            if (cells[i] > cells[best]) best = i;
        return best;
    }

    /// <inheritdoc cref="Of{T}(ReadOnlySpan{T})"/>
    public static int Of<T>(T[] cells) where T : INumber<T> => Of<T>(cells.AsSpan());
}
