using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Secp256k1;

/// <summary>Which implementation of secp256k1 a host uses, chosen once at its start.</summary>
public static class Secp256k1Choice
{
    /// <summary>The variable that decides: <c>auto</c> (the machine's library where it is installed, else managed code), <c>native</c> or <c>managed</c>.</summary>
    public const string Variable = "COUNTERFOIL_SECP256K1";

    /// <summary>Chooses. Without a library, <c>auto</c> falls back to managed code, which does the same; <c>native</c> refuses.</summary>
    /// <param name="wanted">The variable's value; null or empty is <c>auto</c>.</param>
    /// <exception cref="NotSupportedException">The library was asked for and cannot be used, or the value is none of the three.</exception>
    public static void Choose(string? wanted)
    {
        switch (wanted)
        {
            case "managed":
                Secp256k1Backend.Choose(() => ManagedSecp256k1.Instance);
                break;
            case null or "" or "auto":
                Secp256k1Backend.Choose(() => LibSecp256k1.TryLoad(out var found, out _) ? found : ManagedSecp256k1.Instance);
                break;
            case "native":
                if (!LibSecp256k1.TryLoad(out var library, out string? why)) throw new NotSupportedException($"{Variable}=native, and {why}");
                Secp256k1Backend.Choose(() => library);
                break;
            default:
                throw new NotSupportedException($"{Variable} is '{wanted}', and not auto, native or managed");
        }
    }
}
