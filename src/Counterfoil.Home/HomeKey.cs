using System.Security.Cryptography;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>
/// The key that seals all others, itself wrapped by a key derived from a passphrase, or by a key file beside it. Changing the passphrase
/// rewraps this one key and touches no other file.
/// </summary>
/// <remarks>
/// File: CBOR <c>[[1, wrap, memory, passes, lanes, salt], nonce, sealed]</c>; the inner array is the header, authenticated with the domain
/// <see cref="Domains.HomeKey"/>.
/// </remarks>
static class HomeKey
{
    const int FormatVersion = 1, ByKeyFile = 0, ByPassphrase = 1, SaltSize = 16, KeySize = 32;
    const string WrappedName = "home-key.cbor", KeyFileName = "home-key.secret";

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, WrappedName));

    public static void Write(string folder, Secret homeKey, ReadOnlySpan<char> passphrase, Argon2Cost cost, RandomNumberGenerator random)
    {
        byte[] salt = new byte[SaltSize], nonce = new byte[Sealing.NonceSize];
        random.GetBytes(salt);
        random.GetBytes(nonce);
        int wrap = passphrase.IsEmpty ? ByKeyFile : ByPassphrase;
        using var wrapping = wrap == ByPassphrase ? Derive(passphrase, salt, cost) : KeyFile(folder, random);
        var header = Header(wrap, cost, salt);
        var writer = new CborWriter();
        writer.BeginArray(3);
        WriteHeader(writer, wrap, cost, salt);
        writer.WriteBytes(nonce);
        writer.WriteBytes(Sealing.Seal(wrapping, nonce, homeKey.Bytes, Domains.HomeKey, header));
        writer.EndArray();
        PrivateFiles.Write(Path.Combine(folder, WrappedName), writer.WrittenSpan);
        // Only once the key is wrapped by a passphrase may the old key file go.
        if (wrap == ByPassphrase) File.Delete(Path.Combine(folder, KeyFileName));
    }

    public static Verdict Read(string folder, ReadOnlySpan<char> passphrase, out Secret? homeKey)
    {
        homeKey = null;
        string path = Path.Combine(folder, WrappedName);
        var verdict = PrivateFiles.Read(path, 1024, HomeChecks.HomeKeyFormat, out var bytes);
        if (!verdict.IsAccepted) return verdict;

        var reader = new CborReader(bytes, new CborLimits { Bytes = 1024, Depth = 2, Items = 10 });
        reader.BeginArray(3, 3);
        reader.BeginArray(6, 6);
        reader.ReadInt(FormatVersion, FormatVersion);
        int wrap = (int)reader.ReadInt(ByKeyFile, ByPassphrase);
        var cost = new Argon2Cost((int)reader.ReadInt(0, int.MaxValue), (int)reader.ReadInt(0, 255), (int)reader.ReadInt(0, 255));
        var salt = reader.ReadBytes(SaltSize);
        reader.EndArray();
        var nonce = reader.ReadBytes(Sealing.NonceSize);
        var wrapped = reader.ReadBytes(KeySize + Sealing.TagSize);
        reader.EndArray();
        if (reader.Finish() is Verdict.Rejected { Reason: var reason })
            return Verdict.Reject(HomeChecks.HomeKeyFormat, $"{path} that passes {reason.Check} ({reason.Expected})", reason.Found);
        if (salt.Length != SaltSize || nonce.Length != Sealing.NonceSize || wrapped.Length != KeySize + Sealing.TagSize || !cost.IsAcceptable)
            return Verdict.Reject(HomeChecks.HomeKeyFormat, $"{path} with lengths and costs within limits",
                $"{salt.Length}, {nonce.Length}, {wrapped.Length} bytes; {cost}");

        if (wrap == ByPassphrase && passphrase.IsEmpty) return Verdict.CannotTell(HomeChecks.Unlock, "the passphrase of this home");
        verdict = Verdict.Accept;
        Secret? wrapping = null;
        if (wrap == ByPassphrase) wrapping = Derive(passphrase, salt, cost);
        else verdict = ReadKeyFile(folder, out wrapping);
        using (wrapping)
        {
            if (!verdict.IsAccepted) return verdict;
            homeKey = Sealing.Open(wrapping!, nonce, wrapped, Domains.HomeKey, Header(wrap, cost, salt));
        }
        return homeKey is not null
            ? Verdict.Accept
            : Verdict.Reject(HomeChecks.Unlock, wrap == ByPassphrase ? "the passphrase of this home, and its key unchanged" : "the key file of this home, and its key unchanged", "another");
    }

    static Secret Derive(ReadOnlySpan<char> passphrase, ReadOnlySpan<byte> salt, Argon2Cost cost)
    {
        using var utf8 = new Secret(Encoding.UTF8.GetByteCount(passphrase));
        Encoding.UTF8.GetBytes(passphrase, utf8.Writable);
        return cost.Derive(utf8.Bytes, salt);
    }

    // A key file that is there stays: replacing it would, after a crash before the next write, leave a home key that nothing opens.
    static Secret KeyFile(string folder, RandomNumberGenerator random)
    {
        if (ReadKeyFile(folder, out var present).IsAccepted) return present!;
        var key = new Secret(KeySize);
        random.GetBytes(key.Writable);
        PrivateFiles.Write(Path.Combine(folder, KeyFileName), key.Bytes);
        return key;
    }

    static Verdict ReadKeyFile(string folder, out Secret? key)
    {
        key = null;
        string path = Path.Combine(folder, KeyFileName);
        if (!File.Exists(path)) return Verdict.CannotTell(HomeChecks.Unlock, $"the key file {path}");
        var verdict = PrivateFiles.Read(path, KeySize, HomeChecks.Unlock, out var bytes);
        if (verdict.IsAccepted && bytes.Length != KeySize)
            verdict = Verdict.Reject(HomeChecks.Unlock, $"{KeySize} bytes in {path}", $"{bytes.Length}");
        if (verdict.IsAccepted) key = new Secret(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return verdict;
    }

    static byte[] Header(int wrap, Argon2Cost cost, ReadOnlySpan<byte> salt)
    {
        var writer = new CborWriter();
        WriteHeader(writer, wrap, cost, salt);
        return writer.ToArray();
    }

    static void WriteHeader(CborWriter writer, int wrap, Argon2Cost cost, ReadOnlySpan<byte> salt)
    {
        writer.BeginArray(6);
        writer.WriteInt(FormatVersion);
        writer.WriteInt(wrap);
        writer.WriteInt(cost.MemoryKiB);
        writer.WriteInt(cost.Passes);
        writer.WriteInt(cost.Lanes);
        writer.WriteBytes(salt);
        writer.EndArray();
    }
}
