using Counterfoil.Data.Compression;
using Counterfoil.Data.Records.Text;

namespace Counterfoil.Data.Lineage;

/// <summary>A record's canonical JSON by RFC 8785, as <c>jsonl-jcs/v1</c> makes it; none where a record has none.</summary>
static class CanonicalForm
{
    const int Depth = 64;

    public static byte[]? Of(ReadOnlyMemory<byte> json)
    {
        try
        {
            return new CanonicalJson(Depth).Of(json.Span).ToArray();
        }
        catch (RefusedDataException)
        {
            return null;
        }
    }
}
