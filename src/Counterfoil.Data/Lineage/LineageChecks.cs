using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Lineage;

/// <summary>The checks of lineage graphs and of transformations that are made again.</summary>
public static class LineageChecks
{
    /// <summary>A transformation's statement is known in kind, and its subject is its output.</summary>
    public static readonly Check Statement = new("data.lineage.statement");

    /// <summary>No dataset is made, by however many steps, from itself.</summary>
    public static readonly Check Cycle = new("data.lineage.cycle");

    /// <summary>Every parent that a dataset names is a dataset of the graph.</summary>
    public static readonly Check Parent = new("data.lineage.parent");

    /// <summary>A transformation's inputs and output have the roots and counts that their own statements say.</summary>
    public static readonly Check Root = new("data.lineage.root");

    /// <summary>A dataset's parents are the inputs of the transformation that made it: none more, none fewer.</summary>
    public static readonly Check Inputs = new("data.lineage.inputs");

    /// <summary>One transformation at most claims to have made a dataset.</summary>
    public static readonly Check Maker = new("data.lineage.maker");

    /// <summary>An operation is one of those registered here, and its parameters are in its one form.</summary>
    public static readonly Check Operation = new("data.lineage.operation");

    /// <summary>The tool at hand is the one whose digest the statement names.</summary>
    public static readonly Check Tool = new("data.lineage.tool");

    /// <summary>The output has as many records as the operation makes of its inputs.</summary>
    public static readonly Check Count = new("data.lineage.count");

    /// <summary>The samples are those that the seed chooses, all of them, in order.</summary>
    public static readonly Check Sample = new("data.lineage.sample");

    /// <summary>A sampled output record is made from the input record that the operation takes for it.</summary>
    public static readonly Check Origin = new("data.lineage.origin");

    /// <summary>A sampled record, made again from its input, is the one that was committed.</summary>
    public static readonly Check Reexecution = new("data.lineage.reexecution");

    /// <summary>A sampled input record that the operation keeps is in the output, and one that it drops is not kept.</summary>
    public static readonly Check Omission = new("data.lineage.omission");
}
