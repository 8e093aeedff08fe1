namespace Counterfoil.Models;

/// <summary>Cells that a primitive may read: integer value <paramref name="Value"/>, each cell q standing for q·<paramref name="Scale"/>.</summary>
readonly record struct Narrow(int Value, double Scale);

/// <summary>What a reader would like: a step, and a range of steps.</summary>
readonly record struct Request(double Scale, int Least, int Most)
{
    public static Request Of(double magnitude, int bits) => new(magnitude / Limit(bits), -Limit(bits), Limit(bits));

    public static int Limit(int bits) => (1 << (bits - 1)) - 1;
}

/// <summary>A value of the float model in integers: how it becomes cells in the form that a reader asks for.</summary>
/// <param name="make">Makes the cells; it may keep a step of its own unless asked for exactly this one.</param>
sealed class Form(Func<Request, bool, Narrow> make)
{
    readonly Dictionary<(Request, bool), Narrow> made = [];

    /// <summary>The accumulator behind it, if there is one: cell i stands for cell·Scales[(i / Inner) mod count].</summary>
    public (int Value, double[] Scales, int Inner)? Wide { get; init; }

    /// <summary>Bits that its readers do well to ask for.</summary>
    public int Bits { get; init; } = 8;

    public Narrow Get(Request request, bool exact = false) => made.TryGetValue((request, exact), out var narrow) ? narrow : made[(request, exact)] = make(request, exact);
}

/// <summary>A model has no integer form; caught where quantising begins.</summary>
sealed class NoIntegerFormException(Core.Verdicts.Check check, string expected, string found) : Exception($"{check}: {expected}, {found}")
{
    public Core.Verdicts.Verdict Verdict { get; } = Core.Verdicts.Verdict.Reject(check, expected, found);
}
