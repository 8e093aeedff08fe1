using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Counterfoil.Tests.Chains;

/// <summary>Which chain a scenario runs on.</summary>
public enum ChainKind
{
    /// <summary>Ours, in this process.</summary>
    DevChain,
    /// <summary>Foundry's, in a process of its own.</summary>
    Anvil,
}

/// <summary>Runs a theory with one <see cref="ChainKind"/> once on each chain: see <see cref="TestChain"/>.</summary>
sealed class OnBothChainsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<ChainKind>(ChainKind.DevChain), new TheoryDataRow<ChainKind>(ChainKind.Anvil)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
