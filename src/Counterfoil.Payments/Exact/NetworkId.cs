using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Counterfoil.Payments.Exact;

/// <summary>An EVM chain by its id (EIP-155), written as CAIP-2: <c>eip155:84532</c>.</summary>
/// <param name="ChainId">The chain's id.</param>
public readonly record struct NetworkId(ulong ChainId)
{
    const string Namespace = "eip155:";

    /// <summary>Reads <c>eip155:</c> and a decimal id from 1 to 2^64 − 1 without leading zeros.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NetworkId network)
    {
        network = default;
        if (text is null || !text.StartsWith(Namespace, StringComparison.Ordinal)) return false;
        var digits = text.AsSpan(Namespace.Length);
        if (digits.IsEmpty || digits[0] == '0' || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id)) return false;
        network = new NetworkId(id);
        return true;
    }

    /// <summary>The CAIP-2 form.</summary>
    public override string ToString() => Namespace + ChainId.ToString(CultureInfo.InvariantCulture);
}
