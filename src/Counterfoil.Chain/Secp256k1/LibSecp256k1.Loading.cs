using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Secp256k1;

public sealed unsafe partial class LibSecp256k1
{
    // As the loader of the system finds them and nowhere else, newest first: what is called here is the same in all of them.
    static readonly string[] Names = OperatingSystem.IsLinux() ? [.. new[] { 6, 5, 4, 3, 2, 1, 0 }.Select(v => $"libsecp256k1.so.{v}")]
        : OperatingSystem.IsMacOS() ? ["libsecp256k1.dylib"]
        : OperatingSystem.IsWindows() ? ["libsecp256k1.dll", "libsecp256k1-2.dll"]
        : [];

    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, int> createKey;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, void*, void*, int> sign;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, int*, byte*, int> serializeRecoverable;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, int, int> parseRecoverable;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, int> recover;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, nuint*, byte*, uint, int> serializeKey;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, nuint, int> parseKey;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, int> parse;
    readonly delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, int> verify;

    // Made once, then only read: the library allows that from any number of threads. It lives as long as the process.
    readonly void* context;

    LibSecp256k1(string name, nint library)
    {
        nint Export(string function) => NativeLibrary.GetExport(library, $"secp256k1_{function}");
        Name = name;
        createKey = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, int>)Export("ec_pubkey_create");
        sign = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, void*, void*, int>)Export("ecdsa_sign_recoverable");
        serializeRecoverable = (delegate* unmanaged[Cdecl]<void*, byte*, int*, byte*, int>)Export("ecdsa_recoverable_signature_serialize_compact");
        parseRecoverable = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, int, int>)Export("ecdsa_recoverable_signature_parse_compact");
        recover = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, int>)Export("ecdsa_recover");
        serializeKey = (delegate* unmanaged[Cdecl]<void*, byte*, nuint*, byte*, uint, int>)Export("ec_pubkey_serialize");
        parseKey = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, nuint, int>)Export("ec_pubkey_parse");
        parse = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, int>)Export("ecdsa_signature_parse_compact");
        verify = (delegate* unmanaged[Cdecl]<void*, byte*, byte*, byte*, int>)Export("ecdsa_verify");
        var create = (delegate* unmanaged[Cdecl]<uint, void*>)Export("context_create");
        var randomize = (delegate* unmanaged[Cdecl]<void*, byte*, int>)Export("context_randomize");
        const uint signAndVerify = 0x301; // a context of versions before 0.2 is for what its flags say; later ones take the flags and do everything
        context = create(signAndVerify);
        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        fixed (byte* s = seed)
            if (context == null || randomize(context, s) != 1) throw new InvalidOperationException("libsecp256k1 made no context");
        CryptographicOperations.ZeroMemory(seed);
    }

    static readonly Lazy<(LibSecp256k1? Library, string? Why)> Found = new(Find);

    /// <summary>The machine's library, loaded once; or null and why not.</summary>
    public static bool TryLoad([NotNullWhen(true)] out LibSecp256k1? library, [NotNullWhen(false)] out string? why)
    {
        (library, why) = Found.Value;
        return library is not null;
    }

    static (LibSecp256k1?, string?) Find()
    {
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            try
            {
                var library = new LibSecp256k1(name, handle);
                return library.Agrees() ? (library, null) : (null, $"{name} does not sign as it must");
            }
            catch (Exception e) when (e is EntryPointNotFoundException or InvalidOperationException)
            {
                return (null, $"{name} is not used: {e.Message}");
            }
        }
        return (null, "libsecp256k1 is not installed");
    }

    // What is loaded by a name could be anything: it must do what the managed implementation does before it is given a key of anybody's.
    bool Agrees()
    {
        var managed = ManagedSecp256k1.Instance;
        byte[] secret = Keccak256.Hash("Counterfoil: a key for trying out a library"u8).ToArray();
        foreach (var digest in new[] { Keccak256.Hash("terms"u8).Value, new Bytes32(Enumerable.Repeat((byte)0xff, 32).ToArray()), default })
        {
            var (key, signature) = (managed.PublicKeyOf(secret), managed.Sign(secret, digest));
            if (PublicKeyOf(secret) != key || Sign(secret, digest) != signature || !Verify(key, digest, signature) || !VerifyEquation(key, digest, signature)
                || !TryRecover(digest, signature, out var recovered) || recovered != key
                || Verify(key, digest, signature with { YParity = !signature.YParity }) || VerifyEquation(key, Keccak256.Hash("others"u8).Value, signature)) return false;
        }
        return true;
    }
}
