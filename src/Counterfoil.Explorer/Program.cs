using System.Diagnostics;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Counterfoil.Evidence.Verification;

[assembly: SupportedOSPlatform("browser")]

namespace Counterfoil.Explorer;

/// <summary>The verifier as a page calls it: the same code as the command's, run in the visitor's browser, without a server to believe.</summary>
static partial class Program
{
    /// <summary>Nothing runs until the page calls <see cref="Verify"/>.</summary>
    static void Main() { }

    /// <summary>Verifies a bundle; the answer is the JSON of <c>counterfoil verify --json</c>.</summary>
    /// <param name="bundle">The bundle's bytes.</param>
    /// <param name="policy">The policy's bytes; empty for none.</param>
    [JSExport]
    internal static string Verify(byte[] bundle, byte[] policy)
    {
        long start = Stopwatch.GetTimestamp();
        var report = BundleVerifier.Verify(bundle, policy.Length == 0 ? (ReadOnlyMemory<byte>?)null : policy);
        return report.ToJson(Stopwatch.GetElapsedTime(start));
    }
}
