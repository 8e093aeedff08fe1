using Counterfoil.Chain.Secp256k1;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm.Secp256k1;

/// <summary>The implementations of secp256k1 that a test may ask for.</summary>
static class Backends
{
    public static ISecp256k1 Of(string name) => name == "managed" ? ManagedSecp256k1.Instance : Native;

    public static LibSecp256k1 Native
    {
        get
        {
            Surroundings.Require(LibSecp256k1.TryLoad(out var library, out string? why), why ?? "");
            return library!;
        }
    }
}
