using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence;

/// <summary>Checks of what an endpoint says of a case's chains now. They can take an ACCEPT away and never give one.</summary>
public static class LiveChecks
{
    /// <summary>Somebody who can be asked about a chain of the case answers, and for that chain.</summary>
    public static readonly Check Endpoint = new("chain.live.endpoint");
    /// <summary>A block of the case is the block of its number on the chain now, as an endpoint tells it.</summary>
    public static readonly Check Block = new("chain.live.block");
    /// <summary>So many blocks are on top of it.</summary>
    public static readonly Check Depth = new("chain.live.depth");
}
