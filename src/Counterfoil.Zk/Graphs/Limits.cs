namespace Counterfoil.Zk.Graphs;

/// <summary>What a verifier is ready to handle. Every size is checked against these before anything of that size is allocated.</summary>
static class Limits
{
    /// <summary>Biases of all nodes.</summary>
    public const int Biases = 1 << 20;

    /// <summary>Weights of all nodes, padding included.</summary>
    public const long Weights = 1L << 28;

    /// <summary>Rows that are opened together.</summary>
    public const int Rows = 1 << 16;
}
