using Counterfoil.Chain.Following;

namespace Counterfoil.Chain.Indexing;

/// <summary>Where an index keeps its rows and how far it is. One index, one store.</summary>
public interface ILogStore
{
    /// <summary>The blocks up to which the rows are complete, oldest first; none for an index that has not begun.</summary>
    ValueTask<IReadOnlyList<BlockReference>> ReadWindowAsync(CancellationToken cancellationToken = default);

    /// <summary>Goes one step on, in one transaction: drops the rows of blocks that left the chain, adds those of the blocks that came, and remembers how far it is.</summary>
    /// <param name="expected">How far the index was when the step was worked out; null where it had not begun.</param>
    /// <param name="keep">Rows and blocks above this number are dropped; none if null.</param>
    /// <param name="logs">The rows that are added.</param>
    /// <param name="window">The blocks that are remembered from now on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False where another writer was faster: then nothing was changed.</returns>
    ValueTask<bool> TryApplyAsync(BlockReference? expected, ulong? keep, IReadOnlyList<ChainLog> logs, IReadOnlyList<BlockReference> window, CancellationToken cancellationToken = default);

    /// <summary>Rows in the order in which they happened, from a place on.</summary>
    /// <param name="fromBlock">The first block.</param>
    /// <param name="fromIndex">In that block, the first log index.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<ChainLog>> ReadAsync(ulong fromBlock, ulong fromIndex, int most, CancellationToken cancellationToken = default);
}
