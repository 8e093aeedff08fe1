using System.Security.Cryptography;

namespace Counterfoil.Home;

/// <summary>Secret bytes in pinned memory, so that the collector leaves no copies behind; zeroed on disposal. Never shows them.</summary>
public sealed class Secret : IDisposable
{
    readonly byte[] bytes;
    bool forgotten;

    internal Secret(int length) => bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>A copy of <paramref name="source"/>, which stays the caller's to zero.</summary>
    public Secret(ReadOnlySpan<byte> source) : this(source.Length) => source.CopyTo(bytes);

    /// <summary>The length in bytes.</summary>
    public int Length => bytes.Length;

    /// <summary>The bytes.</summary>
    /// <exception cref="ObjectDisposedException">They are gone.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(forgotten, this);
            return bytes;
        }
    }

    internal Span<byte> Writable => bytes;

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes);
        forgotten = true;
    }

    /// <summary>The length alone.</summary>
    public override string ToString() => $"secret of {Length} bytes";
}
