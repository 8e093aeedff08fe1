using Counterfoil.Core.Verdicts;

namespace Counterfoil.Cli.Fsck;

/// <summary>The checks that <c>counterfoil fsck</c> makes itself; the others are the rooms' own.</summary>
static class FsckChecks
{
    /// <summary>What is to be checked can be read.</summary>
    public static readonly Check Readable = new("fsck.readable");

    /// <summary>The program knows what a home holds.</summary>
    public static readonly Check Known = new("fsck.known");

    /// <summary>The home's log signs with the home's key.</summary>
    public static readonly Check LogKey = new("fsck.log-key");

    /// <summary>Writers' tokens are as the log makes them, and their owner's alone.</summary>
    public static readonly Check Tokens = new("fsck.tokens");

    /// <summary>What a witness remembers of a log is signed by the log that it names and cosigned by the witness.</summary>
    public static readonly Check Witness = new("fsck.witness");

    /// <summary>A chain's journal leads to the blocks that it names.</summary>
    public static readonly Check Chain = new("fsck.chain");

    /// <summary>A database is one of ours, of a layout that is known, its owner's alone, and whole by SQLite's own check.</summary>
    public static readonly Check Database = new("fsck.database");
}
