using Counterfoil.Zk.Commitments;

namespace Counterfoil.Zk.Claims;

/// <summary>
/// The rows that a hiding proof adds to those it commits anyway: two that mask the opened row, one of pads, two that mask the pads when their linear
/// form is opened. All under one root, all encoded at the same points, each with as many cells as it needs.
/// </summary>
/// <param name="Pads">One-time pads, each an element of the extension: one for every hidden message, two for the products, one for every factor of a product.</param>
/// <param name="Code">The code of the rows.</param>
sealed record PadLayout(int Pads, RowCode Code)
{
    /// <summary>Rows added.</summary>
    public const int Rows = 5;

    /// <summary>The first of the two rows that mask the opened row; the other follows.</summary>
    public const int RowMask = 0;

    /// <summary>The row of pads.</summary>
    public const int PadRow = 2;

    /// <summary>The first of the two rows that mask the row of pads; the other follows.</summary>
    public const int PadMask = 3;

    /// <summary>
    /// Cells of the row of pads: the two coefficients of each pad, then as many uniform cells as columns are opened, so that those say nothing of the pads.
    /// </summary>
    public int Cells => 2 * Pads + Code.Queries;
}
